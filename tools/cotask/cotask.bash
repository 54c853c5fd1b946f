# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# bash completion for cotask(8)

_cotask_words()
{
	local common="--loop --user --pid --file --json --color --help"

	case $1 in
	ps)	echo "$common --sort --name --on --cancelled --most" ;;
	tree)	echo "$common --all --depth --no-frames --ascii" ;;
	top|stat) echo "$common" ;;
	cancel)	echo "--group --reason --loop --quiet --help" ;;
	trace)	echo "--output --most --lanes --help" ;;
	bench)	echo "--json --help" ;;
	doctor)	echo "--help" ;;
	help)	echo "ps tree top stat cancel trace bench doctor" ;;
	esac
}

# What an option wants; nothing if it wants nothing that is known.
_cotask_values()
{
	case $1 in
	-s|--sort)	echo "id name loop wait run steps -id -name -loop -wait -run -steps" ;;
	-o|--on)	echo "nothing as_completed completion condition event future gather group \
			lock process queue semaphore shield sleep submission task thread wait" ;;
	--color)	echo "always never auto" ;;
	esac
}

_cotask()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} values
	local commands="ps tree top stat cancel trace bench doctor"

	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W \
			"$commands help --help --version" -- "$cur")
		return
	fi
	if [ "${COMP_WORDS[1]}" = trace ] && [ "$prev" = -o ]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
	fi
	case $prev in
	-f|--file|--output)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	-u|--user)
		mapfile -t COMPREPLY < <(compgen -u -- "$cur")
		return ;;
	esac
	values=$(_cotask_values "$prev")
	mapfile -t COMPREPLY < <(compgen -W "${values:-$(_cotask_words "${COMP_WORDS[1]}")}" -- "$cur")
}
complete -F _cotask cotask
