#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Prints a program in C that stands alone: "alone.py PROGRAM...", lines of a corpus.

It needs <linux/cotask.h> and a C library:

    cc -std=gnu11 -D_GNU_SOURCE -Iuapi -pthread crash.c && ./a.out

The program has what the fuzzer is made of, in one file, and runs the lines in order; with an
argument it also prints each call.
"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
PARTS = ("program.h", "../uapi/op_fields.h", "names.h", "names.c", "program.c", "trace.c", "ops.c",
         "machine.c")
MAIN = """
static const char *const lines[] = {
%s};

int main(int argc, char **argv)
{
	struct search_program p;
	unsigned int i;

	(void)argv;
	machine_init();
	if (argc > 1)
		trace_to(stdout);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (program_parse(&p, lines[i]))
			machine_run(&p);
	}
	return 0;
}
"""


def alone(programs):
    text = ["// SPDX-License-Identifier: GPL-2.0"]
    for part in PARTS:
        source = (HERE / part).read_text()
        source = re.sub(r'^(#include ".*"|.*SPDX-License-Identifier.*)\n', "", source, flags=re.M)
        text.append(f"/* --- {pathlib.Path(part).name} */\n{source}")
    text.append(MAIN % "".join(f'\t"{p}",\n' for p in programs))
    return "\n".join(text)


if __name__ == "__main__":
    print(alone(sys.argv[1:]), end="")
