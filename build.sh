#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The one entry to this repository. Everything it makes is below artifacts/.
set -euo pipefail

usage() {
	cat <<'TEXT'
usage: ./build.sh [COMMAND]
  build          (default) build everything; the executable is artifacts/closewait
  run [ARGS]     build closewait, then follow CLOSE_WAIT on this host until Ctrl-C (ARGS go to `closewait watch`)
  test [FILTER]  build, then run every test, or those whose full name contains FILTER
  fmt            format the C# and the C sources
  clean          delete artifacts/
As root, missing Debian packages are installed; otherwise they are named and the exit code is 4.
CLANG=clang-14 chooses another compiler for the BPF objects (default clang-16).
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
artifacts=$root/artifacts
results=$artifacts/test-results
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

need_test_packages() {
	need gcc has_tool gcc
	need g++ has_tool g++
	need binutils has_tool readelf
	need libbpf-tools has_tool tcpstates
	need iproute2 has_tool ss
	need procps has_tool ps
	need util-linux has_tool unshare
	need xz-utils has_tool xz
	need dwz has_tool dwz
	need libdw1 has_library libdw.so.1
	need liblzma5 has_library liblzma.so.5
	need libssl3 has_library libssl.so.3
	need golang-go has_tool go
	need openjdk-17-jdk-headless test -x "/usr/lib/jvm/java-17-openjdk-$(dpkg --print-architecture)/bin/javac"
	need php-cli has_tool php8.2
	need php-fpm has_tool php-fpm8.2
	need apache2 has_tool apache2
	need libapache2-mod-php test -e /usr/lib/apache2/modules/libphp8.2.so
	need libfcgi-bin has_tool cgi-fcgi
	need ruby has_tool ruby
	need nginx-light has_tool nginx
	need haproxy has_tool haproxy
	need mariadb-server has_tool mariadbd
	need redis-server has_tool redis-server
	need python3-tornado /usr/bin/python3 -c 'import tornado'
	need golang-github-go-sql-driver-mysql-dev test -d /usr/share/gocode/src/github.com/go-sql-driver/mysql
	need netcat-openbsd has_tool nc
	need wrk has_tool wrk
	need php-curl test -e /usr/lib/php/20220829/curl.so
	need python3 test -x /usr/bin/python3
	need "$clang_format" has_tool "$clang_format"
	need python3-grpcio /usr/bin/python3 -c 'import grpc'
	need python3-protobuf /usr/bin/python3 -c 'import google.protobuf'
	# Other distributions of Node bring npm in the same package, and refuse Debian's npm beside it.
	need golang-go has_tool go
	need nodejs has_tool node
	has_tool node >/dev/null || need npm has_tool npm
}

# For tests/kernels/run-arm64, beside those of the build.
need_arm64_packages() {
	need qemu-system-arm has_tool qemu-system-aarch64
	need lld-16 has_tool ld.lld-16
	need cpio has_tool cpio
	need xz-utils has_tool xz
	need debian-archive-keyring test -e /usr/share/keyrings/debian-archive-keyring.gpg
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

passed=0 failed=0 skipped=0 unexplained=0
started=0 reported=0
running=()

run_tests() {
	check_sdk
	need_build_packages
	need_test_packages
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
	close_tests "${1-}"
}

run_alone() {
	run_project "$@" &
	running=($!)
	started=$((started + 1))
	wait
	report_ended "$3"
}

# One line per project, as soon as it has ended.
report_ended() {
	local ended
	for ended in "$results"/*.exit; do
		[[ -e $ended ]] || continue
		report_project "$(basename "$ended" .exit)" "$(cat "$ended")" "$1"
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

report_project() {
	local project=$1 code=$2 filter=$3 log=$results/$1.log summary total=0 bad=0 skips=0 good seconds=0
	summary=$(grep -E "^ +$project +Total: [0-9]+" "$log" 2>/dev/null | tail -n 1 || true)
	if [[ $summary =~ Total:\ ([0-9]+),\ Errors:\ ([0-9]+),\ Failed:\ ([0-9]+),\ Skipped:\ ([0-9]+),\ Not\ Run:\ ([0-9]+),\ Time:\ ([0-9.]+)s ]]; then
		bad=$((BASH_REMATCH[2] + BASH_REMATCH[3]))
		skips=${BASH_REMATCH[4]}
		total=$((BASH_REMATCH[1] - BASH_REMATCH[5] + BASH_REMATCH[2]))
		seconds=${BASH_REMATCH[6]}
	elif [[ -z $summary ]]; then
		say "$project printed no summary (exit code $code): it crashed or was stopped"
		bad=1 total=1
	elif [[ -z $filter ]]; then
		say "$project ran no test"
		bad=1 total=1
	else
		return 0
	fi
	if ((code != 0 && bad == 0)); then
		say "$project ended with exit code $code although no test failed"
		bad=1 total=$((total + 1))
	fi
	good=$((total - bad - skips))
	printf '%-26s %4d passed %3d failed %3d skipped  %7ss\n' "$project" "$good" "$bad" "$skips" "$seconds"
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

# Every skip says why. Root can run everything, except what this kernel refuses.
report_skips() {
	local line
	while IFS= read -r line; do
		printf '    skipped: %s\n' "$line"
		((EUID != 0)) || [[ $line == *" -- not on this kernel:"* ]] || unexplained=$((unexplained + 1))
	done < <(awk '/^    [^ ].* \[SKIP\]$/ { sub(/^ +/, ""); sub(/ \[SKIP\]$/, ""); name = $0; getline; sub(/^ +/, ""); print name " -- " $0 }' "$1" 2>/dev/null)
}

close_tests() {
	((started == reported)) || fail 1 "$((started - reported)) test projects ended without a result"
	((passed + failed + skipped > 0)) || fail 2 "no test has '$1' in its name"
	((unexplained == 0)) || say "$unexplained skipped although this machine can run them"
	printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
	((failed == 0 && unexplained == 0)) || exit 1
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
fmt) format ;;
clean) rm -rf "$artifacts" ;;
-h | --help | help) usage ;;
*) fail 2 "unknown command '$1'; ./build.sh --help lists the commands" ;;
esac
