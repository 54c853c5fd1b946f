// SPDX-License-Identifier: GPL-2.0
// cotask benchmark - the begin and the end of a row, see bench.h

#include "textflag.h"

TEXT ·markBegin(SB), NOSPLIT, $0-0
	BYTE $0x0f; BYTE $0x1f; BYTE $0x84; BYTE $0x00
	BYTE $'c'; BYTE $'o'; BYTE $'t'; BYTE $'b'
	RET

TEXT ·markEnd(SB), NOSPLIT, $0-0
	BYTE $0x0f; BYTE $0x1f; BYTE $0x84; BYTE $0x00
	BYTE $'c'; BYTE $'o'; BYTE $'t'; BYTE $'e'
	RET
