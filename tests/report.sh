# SPDX-License-Identifier: Apache-2.0
# Sums up what test executables printed; sourced by build.sh and by tests/kernels/run, which set `root`.

passed=0 failed=0 skipped=0 unexplained=0

# report_project NAME EXIT-CODE FILTER LOG: one line, with what failed and what was skipped below it.
report_project() {
	local name=$1 code=$2 filter=$3 log=$4 summary total=0 bad=0 skips=0 good seconds=0
	summary=$(grep -E "^ +[A-Za-z.]+ +Total: [0-9]+" "$log" 2>/dev/null | tail -n 1 || true)
	if [[ $summary =~ Total:\ ([0-9]+),\ Errors:\ ([0-9]+),\ Failed:\ ([0-9]+),\ Skipped:\ ([0-9]+),\ Not\ Run:\ ([0-9]+),\ Time:\ ([0-9.]+)s ]]; then
		bad=$((BASH_REMATCH[2] + BASH_REMATCH[3]))
		skips=${BASH_REMATCH[4]}
		total=$((BASH_REMATCH[1] - BASH_REMATCH[5] + BASH_REMATCH[2]))
		seconds=${BASH_REMATCH[6]}
	elif [[ -z $summary ]]; then
		echo "$name printed no summary (exit code $code): it crashed or was stopped"
		bad=1 total=1
	elif [[ -z $filter ]]; then
		echo "$name ran no test"
		bad=1 total=1
	else
		return 0
	fi
	if ((code != 0 && bad == 0)); then
		echo "$name ended with exit code $code although no test failed"
		bad=1 total=$((total + 1))
	fi
	good=$((total - bad - skips))
	printf '%-26s %4d passed %3d failed %3d skipped  %7ss\n' "$name" "$good" "$bad" "$skips" "$seconds"
	((bad == 0)) || show_failure "$log"
	report_skips "$log"
	passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + skips))
}

show_failure() {
	# The whole story is in the log; the terminal gets the failed tests, or the end of what was said.
	if grep -q '\[FAIL\]$' "$1" 2>/dev/null; then
		awk '/^    [^ ].*\[FAIL\]$/ { on = 1; print; next } /^    [^ ]|^ ? ?[^ ]/ { on = 0 } on' "$1" | head -n 200
	else
		tail -n 40 "$1" 2>/dev/null || true
	fi
	printf '    (all of it: %s)\n' "${1#"$root"/}"
}

# Every skip says why. Root can run everything, except what the kernel refuses.
report_skips() {
	local line
	while IFS= read -r line; do
		printf '    skipped: %s\n' "$line"
		((EUID != 0)) || [[ $line == *" -- not on this kernel:"* ]] || unexplained=$((unexplained + 1))
	done < <(awk '/^    [^ ].* \[SKIP\]$/ { sub(/^ +/, ""); sub(/ \[SKIP\]$/, ""); name = $0; getline; sub(/^ +/, ""); print name " -- " $0 }' "$1" 2>/dev/null)
}

# add_sum "N passed, N failed, N skipped": of a run that summed itself up.
add_sum() {
	if [[ $1 =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
		passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2])) skipped=$((skipped + BASH_REMATCH[3]))
	else
		echo "no sum: $1"
		failed=$((failed + 1))
	fi
}

# close_report FILTER: the last line, and the exit code.
close_report() {
	if ((passed + failed + skipped == 0)); then
		echo "no test has '$1' in its name" >&2
		exit 2
	fi
	((unexplained == 0)) || echo "$unexplained skipped although this machine can run them"
	printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
	((failed == 0 && unexplained == 0)) || exit 1
}
