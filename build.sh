#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The one entry to this repository. Everything it makes is below artifacts/.
set -euo pipefail

usage() {
	cat <<'TEXT'
usage: ./build.sh [COMMAND]
  build          (default) build everything; the executable is artifacts/closewait
  run [ARGS]     build closewait, then follow CLOSE_WAIT on this host until Ctrl-C (ARGS go to `closewait watch`)
  test [FILTER]  build, then run every test, with one more kernel in a virtual machine, or those whose full name contains FILTER
  bench [ARGS]   build, then measure speed and scale against peers and limits (ARGS: rows and options, see ./build.sh bench --help)
  bench --pure [FILTER]  build, then time the parts that touch no kernel, or those whose name contains FILTER
  test-kernels [KERNEL...]  build, then run the kernel tests in virtual machines with these kernels (tests/kernels/kernels.list; default all)
  fmt            format the C# and the C sources
  clean          delete artifacts/
As root, missing Debian packages are installed; otherwise they are named and the exit code is 4.
CLANG=clang-14 chooses another compiler for the BPF objects (default clang-16).
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
artifacts=$root/artifacts
results=$artifacts/test-results
source "$root/tests/report.sh"
source "$root/tests/packages.sh"
clang=${CLANG:-clang-16}
clang_format=clang-format-16

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
# The compiler needs no culture, so it need not find ICU.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
# A build must not leave servers behind that outlive it.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false

# Progress goes to stderr: the stdout of `run` belongs to closewait.
say() { printf 'build: %s\n' "$*" >&2; }

# fail CODE WORDS: the codes are those of closewait itself (2 usage, 4 not permitted, 5 not supported).
fail() {
	local code=$1
	shift
	say "$*"
	exit "$code"
}

retry() {
	local try
	for try in 1 2 3; do
		"$@" && return 0
		say "failed (try $try of 3): $*"
		sleep $((try * 2))
	done
	return 1
}

# quietly COMMAND...: its output is of interest only when it fails.
quietly() {
	local log=$artifacts/build.log
	mkdir -p "$artifacts"
	"$@" >"$log" 2>&1 </dev/null && return 0
	# The compiler repeats its errors in a summary.
	awk '!seen[$0]++' "$log" | tail -n 60 >&2
	return 1
}

# ---------------------------------------------------------------- packages

missing=()

# need PACKAGE COMMAND...: the package is missing when the command fails.
need() {
	local package=$1
	shift
	"$@" >/dev/null 2>&1 || missing+=("$package")
}

has_tool() { command -v "$1"; }

has_library() { ldconfig -p | grep -q "$1"; }

# sbin is not on the PATH of every user, but its tools answer without root too.
PATH=$PATH:/usr/sbin:/sbin

need_build_packages() {
	need "$clang" has_tool "$clang"
	need libbpf-dev test -e /usr/include/bpf/bpf_helpers.h
	need bpftool has_tool bpftool
}

install_missing() {
	((${#missing[@]})) || return 0
	local command="apt-get install --no-install-recommends ${missing[*]}"
	((EUID == 0)) || fail 4 "not root, and these Debian packages are missing; as root: $command"
	has_tool apt-get >/dev/null || fail 5 "no apt-get here to install what is missing: ${missing[*]}"
	say "installing: ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	# The first try may know no lists, or lists older than the archive.
	quietly apt_install 2>/dev/null || {
		retry quietly apt-get update -q || true
		retry quietly apt_install || fail 4 "could not install packages; the command was: $command"
	}
	missing=()
}

# The tests start web servers by themselves, on ports of their own: the packages' services stay off.
apt_install() {
	local policy=/usr/sbin/policy-rc.d result=0
	[[ -e $policy ]] && policy= || printf '#!/bin/sh\nexit 101\n' | install -m 755 /dev/stdin "$policy"
	apt-get install -y -q --no-install-recommends "${missing[@]}" || result=$?
	[[ -z $policy ]] || rm -f "$policy"
	return "$result"
}

check_sdk() {
	has_tool dotnet >/dev/null || fail 4 "the .NET SDK is missing: install version 10.0 (see global.json)"
	local answer
	answer=$(cd "$root" && dotnet --version 2>&1) ||
		fail 4 "the .NET SDK does not start, or none is installed that global.json accepts: $(awk 'NF { print; exit }' <<<"$answer")"
	case $(uname -m) in
	x86_64) ;;
	aarch64) say "closewait itself has never been built or tested on arm64, only its BPF object" ;;
	*) fail 5 "only x86-64 and, not tested, arm64" ;;
	esac
}

# ---------------------------------------------------------------- build

# build SOLUTION_OR_PROJECT: all of it, or only closewait itself.
build() {
	check_sdk
	need_build_packages
	install_missing
	build_bpf
	build_dotnet "$1"
}

build_bpf() {
	local source
	for source in "$root"/bpf/*.bpf.c; do build_bpf_object x86 "$source" "$artifacts/bpf"; done
	# The unwinder is about the registers of x86-64, and no test compares layouts elsewhere.
	build_bpf_object arm64 "$root/bpf/tracer_fp.bpf.c" "$artifacts/bpf/arm64"
}

# build_bpf_object MACHINE SOURCE FOLDER: the machine in the words of bpf_tracing.h.
build_bpf_object() {
	local machine=$1 source=$2 out=$3 name scratch=$artifacts/obj/bpf/$1
	name=$(basename "$source" .c)
	mkdir -p "$out" "$scratch"
	say "bpf/$name.c for $machine"
	# The parameters of a hook are the kernel's: it need not use them all.
	"$clang" -g -O2 -Wall -Wextra -Wno-unused-parameter -Werror -target bpf "-D__TARGET_ARCH_$machine" -mcpu=v3 \
		-I"$root/bpf" -idirafter "/usr/include/$(uname -m)-linux-gnu" \
		"-fdebug-prefix-map=$root=." -c "$source" -o "$scratch/$name.full"
	# libbpf's linker keeps BTF and drops DWARF; it also refuses what libbpf could not open.
	bpftool gen object "$scratch/$name.o" "$scratch/$name.full"
	# An unchanged object keeps its time, so that what embeds it is not built again.
	cmp -s "$scratch/$name.o" "$out/$name.o" || mv "$scratch/$name.o" "$out/$name.o"
}

build_dotnet() {
	local what=$1 ready_to_run=true
	cd "$root"
	if ! retry quietly restore "$what"; then
		say "restoring without ahead-of-time compilation: closewait will start more slowly"
		ready_to_run=false
		quietly restore "$what" -p:PublishReadyToRun=false || fail 1 "packages could not be restored"
	fi
	say "$what"
	quietly dotnet build "$what" -c Release --no-restore -tl:off -v q -clp:NoSummary
	quietly dotnet publish src/Tracer -c Release --no-build -v q -o "$artifacts/publish" "-p:PublishReadyToRun=$ready_to_run"
	ln -sfn publish/closewait "$artifacts/closewait"
	say "artifacts/closewait is ready"
}

restore() { dotnet restore -v q "$@"; }

# ---------------------------------------------------------------- test

started=0 reported=0
running=()

run_tests() {
	check_sdk
	need_build_packages
	need_test_packages
	[[ -n ${1-} ]] || {
		need_virtual_machine_packages
		need_bench_packages
	}
	install_missing
	build Tracer.sln
	install_node_packages
	rm -rf "$results"
	mkdir -p "$results"
	((EUID != 0)) || export CLOSEWAIT_REQUIRE_KERNEL=1
	trap stop_tests INT TERM

	local project
	for project in "$root"/tests/*.Tests; do
		project=$(basename "$project")
		[[ $project != Tracer.Kernel.Tests ]] || continue
		while (($(jobs -rp | wc -l) >= 2)); do
			wait -n || true
			report_ended "${1-}"
		done
		run_project "$project" 600 "${1-}" &
		running+=($!)
		started=$((started + 1))
	done
	wait
	report_ended "${1-}"
	# Alone, one after the other: they look at every socket and every BPF program of the host.
	run_alone Tracer.Kernel.Tests 900 "${1-}"
	run_alone Tracer.Incidents 1500 "${1-}"
	[[ -n ${1-} ]] || {
		compare_speed
		run_next_kernel
	}
	close_tests "${1-}"
}

run_alone() {
	run_project "$@" &
	running=($!)
	started=$((started + 1))
	wait
	report_ended "$3"
}

# Ratios against peers within their recorded bounds, as one test.
compare_speed() {
	((EUID == 0)) || {
		echo "    skipped: speed -- not root"
		skipped=$((skipped + 1))
		return
	}
	local log=$results/speed.log code=0
	timeout --kill-after=15 900 "$artifacts/bin/Tracer.Bench/release/Tracer.Bench" --ci </dev/null >"$log" 2>&1 &
	running=($!)
	wait "${running[0]}" || code=$?
	if ((code == 0)); then
		passed=$((passed + 1))
		printf '%-26s ratios within their recorded bounds (%s)\n' speed "${log#"$root"/}"
		return
	fi
	failed=$((failed + 1))
	tail -n 30 "$log"
	# 1: beyond; anything else: not measured, or out of time.
	printf '%-26s ended with %d, of which 1 is a ratio beyond its recorded bound (%s)\n' speed "$code" "${log#"$root"/}"
}

# In virtual machines: another kernel at each commit, and arm64.
run_next_kernel() {
	local log=$results/kernels.log failed_before=$failed code
	boot_next_kernel "$log" &
	running=($!)
	wait
	code=$(cat "$log.code")
	head -n -1 "$log"
	add_sum "$(tail -n 1 "$log")"
	((code == 0 || failed > failed_before)) || {
		echo "the virtual machines ended with $code although no test failed"
		failed=$((failed + 1))
	}
}

boot_next_kernel() {
	local code=0
	LIMIT=1800 timeout --kill-after=15 2400 "$root/tests/kernels/run" next </dev/null >"$1" 2>&1 || code=$?
	echo "$code" >"$1.code"
}

# One line per project, as soon as it has ended.
report_ended() {
	local ended
	for ended in "$results"/*.exit; do
		[[ -e $ended ]] || continue
		report_project "$(basename "$ended" .exit)" "$(cat "$ended")" "$1" "${ended%.exit}.log"
		rm "$ended"
		reported=$((reported + 1))
	done
}

stop_tests() {
	trap - INT TERM
	# `timeout` below passes the signal on to the test executable and its children.
	local job
	for job in "${running[@]}"; do pkill -TERM -P "$job" 2>/dev/null || true; done
	wait
	say "interrupted"
	exit 130
}

# One test executable, with a time limit; its exit code goes beside its log.
run_project() {
	local project=$1 limit=$2 filter=$3 code=0
	local -a arguments=(-noColor -noLogo -noAutoReporters)
	[[ -z $filter ]] || arguments+=(-method "*$filter*")
	timeout --kill-after=15 "$limit" "$artifacts/bin/$project/release/$project" "${arguments[@]}" \
		</dev/null >"$results/$project.log" 2>&1 || code=$?
	((code != 124 && code != 137)) || printf '\ntime limit of %s s reached, or killed\n' "$limit" >>"$results/$project.log"
	printf '%s\n' "$code" >"$results/$project.code"
	mv "$results/$project.code" "$results/$project.exit"
}

close_tests() {
	((started == reported)) || fail 1 "$((started - reported)) test projects ended without a result"
	close_report "$1"
}

# Foreign clients for the tests; their versions are in Directory.Packages.props like all others.
install_node_packages() {
	local -a packages
	mapfile -t packages < <(sed -nE 's/.*<NpmPackage Include="([^"]+)" Version="([^"]+)".*/\1@\2/p' "$root/Directory.Packages.props")
	local folder=$artifacts/node stamp
	stamp=$folder/installed
	[[ ! -e $stamp || $(cat "$stamp") != "${packages[*]}" ]] || return 0
	rm -rf "$folder"
	mkdir -p "$folder"
	retry quietly npm install --prefix "$folder" --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error \
		"${packages[@]}" || fail 1 "npm packages could not be installed: ${packages[*]}"
	printf '%s\n' "${packages[*]}" >"$stamp"
}

# ---------------------------------------------------------------- the rest

# bench_pure [FILTER]: needs neither root nor peers.
bench_pure() {
	build Tracer.sln
	exec "$artifacts/bin/Tracer.Benchmarks/release/Tracer.Benchmarks" "$artifacts/benchmarks" "$@"
}

bench() {
	local bench=$artifacts/bin/Tracer.Bench/release/Tracer.Bench
	if [[ ${1-} != --help && ${1-} != -h && ${1-} != --list ]]; then
		((EUID == 0)) || fail 4 "bench needs root: it loads BPF programs and makes network namespaces"
		need_bench_packages
	fi
	build Tracer.sln
	exec "$bench" "$@"
}

test_kernels() {
	need_test_packages
	need_virtual_machine_packages
	build Tracer.sln
	exec "$root/tests/kernels/run" "$@"
}

format() {
	check_sdk
	need "$clang_format" has_tool "$clang_format"
	install_missing
	cd "$root"
	find bpf -name '*.[ch]' ! -name vmlinux.h -exec "$clang_format" -i {} +
	dotnet format Tracer.sln >&2
}

case ${1-build} in
build)
	(($# <= 1)) || fail 2 "build takes no argument; ./build.sh --help lists the commands"
	build Tracer.sln
	;;
run)
	build src/Tracer # nobody in an incident waits for the tests to be compiled
	exec "$artifacts/closewait" watch --state close-wait "${@:2}"
	;;
test)
	(($# <= 2)) || fail 2 "test takes one filter; ./build.sh --help lists the commands"
	run_tests "${2-}"
	;;
bench)
	if [[ ${2-} == --pure ]]; then
		(($# <= 3)) || fail 2 "bench --pure takes one filter; ./build.sh --help lists the commands"
		bench_pure "${@:3}"
	fi
	bench "${@:2}"
	;;
test-kernels)
	test_kernels "${@:2}"
	;;
fmt) format ;;
clean) rm -rf "$artifacts" ;;
-h | --help | help) usage ;;
*) fail 2 "unknown command '$1'; ./build.sh --help lists the commands" ;;
esac
