# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# bash completion for cotask(8)

_cotask_words()
{
	local common="--loop --user --pid --file --json --color --help"

	case $1 in
	ps)	echo "$common --sort --name --on --cancelled --most --times" ;;
	tree)	echo "$common --all --depth --no-frames --ascii" ;;
	top|stat) echo "$common" ;;
	cancel)	echo "--group --reason --loop --quiet --help" ;;
	trace)	echo "--output --most --lanes --help" ;;
	bench)	echo "--json --help" ;;
	doctor)	echo "--help" ;;
	help)	echo "ps tree top stat cancel trace bench doctor" ;;
	esac
}

# A field of all objects of one type that can be seen now, one a line: "_cotask_seen TYPE FIELD"
_cotask_seen()
{
	local head="^\{\"type\":\"$1\"(,\"loop\":[0-9]+)?,\"id\":([0-9]+),\"name\":\"([^\"]*)\""

	cotask ps --json 2>/dev/null | case $2 in
	id)	sed -nE "s/$head.*/\2/p" ;;
	name)	sed -nE "s/$head.*/\3/p" ;;
	pid)	sed -nE "s/$head,\"kind\":\"[a-z]*\",\"pid\":([1-9][0-9]*).*/\4/p" ;;
	esac | sort -u
}

# The values of an option of a command, one a line; nothing if none is known.
_cotask_values()
{
	case $1:$2 in
	ps:-s|ps:--sort)
		printf '%s\n' {,-}{id,name,loop,wait,busy,ready,steps} ;;
	ps:-o|ps:--on)
		printf '%s\n' nothing as_completed completion condition event file future gather group \
			lock process queue semaphore shield sleep submission task \
			"task of another loop" thread wait ;;
	ps:-n|ps:--name)
		_cotask_seen task name ;;
	*:--color)
		printf '%s\n' always never auto ;;
	cancel:-l|cancel:--loop)
		_cotask_seen loop id ;;
	*:-l|*:--loop)
		_cotask_seen loop name ;;
	*:-p|*:--pid)
		_cotask_seen loop pid ;;
	*:-u|*:--user)
		compgen -u ;;
	esac
}

# Numbers, where a command takes some.
_cotask_numbers()
{
	case $1 in
	ps|tree)
		_cotask_seen task id ;;
	cancel)
		case " ${COMP_WORDS[*]} " in
		*" -g "*|*" --group "*)	_cotask_seen group id ;;
		*)			_cotask_seen task id ;;
		esac ;;
	esac
}

# Lines that begin with the word at the cursor, quoted.
_cotask_reply()
{
	local cur=$1 line

	COMPREPLY=()
	while IFS= read -r line; do
		[[ $line && $line == "$cur"* ]] && COMPREPLY+=("$(printf '%q' "$line")")
	done
}

_cotask()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} values
	local commands="ps tree top stat cancel trace bench doctor"

	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W \
			"$commands help --help --version" -- "$cur")
		return
	fi
	case $command:$prev in
	*:-f|*:--file|trace:-o|trace:--output)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	esac
	values=$(_cotask_values "$command" "$prev")
	if [ -n "$values" ]; then
		_cotask_reply "$cur" <<<"$values"
	elif [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_cotask_words "$command")" -- "$cur")
	elif [ "$command" = help ]; then
		mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur")
	else
		_cotask_reply "$cur" <<<"$(_cotask_numbers "$command")"
	fi
}
complete -F _cotask cotask
