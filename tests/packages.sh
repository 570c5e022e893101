# SPDX-License-Identifier: Apache-2.0
# What the tests, the bench and the virtual machines need beside what building needs; sourced by build.sh, which has `need`.

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
	need nodejs has_tool node
	has_tool node >/dev/null || need npm has_tool npm
}

# Peers to compare with, and what generates load.
need_bench_packages() {
	need gcc has_tool gcc
	need libbpf-tools has_tool tcpstates
	need bpftrace has_tool bpftrace
	need iproute2 has_tool ss
	need util-linux has_tool unshare
	need golang-go has_tool go
	need golang-google-grpc-dev test -d /usr/share/gocode/src/google.golang.org/grpc
}

# Virtual machines, and what goes into them.
need_virtual_machine_packages() {
	need qemu-system-x86 has_tool qemu-system-x86_64
	need qemu-system-arm has_tool qemu-system-aarch64
	need lld-16 has_tool ld.lld-16
	need busybox-static has_tool busybox
	need cpio has_tool cpio
	need debian-archive-keyring test -e /usr/share/keyrings/debian-archive-keyring.gpg
}
