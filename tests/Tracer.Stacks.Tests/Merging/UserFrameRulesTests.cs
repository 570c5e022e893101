// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Merging;
using Xunit;

namespace Tracer.Stacks.Tests.Merging;

public sealed class UserFrameRulesTests
{
    private const string Libc = "/usr/lib/x86_64-linux-gnu/libc.so.6";

    [Theory]
    [InlineData("recv", Libc, FrameRole.Library)]
    [InlineData("recv", "/lib/ld-musl-x86_64.so.1", FrameRole.Library)]
    [InlineData("__vdso_gettimeofday", "[vdso]", FrameRole.Library)]
    [InlineData("SSL_read", "/opt/acme/lib/libssl.so.3", FrameRole.Library)]
    [InlineData("Curl_connecthost", "/usr/lib/x86_64-linux-gnu/libcurl.so.4", FrameRole.Library)]
    [InlineData("std::function<void ()>::operator()() const", "/opt/acme/server", FrameRole.Library)]
    [InlineData("core::ops::function::FnOnce::call_once", "/opt/acme/server", FrameRole.Library)]
    [InlineData("core::Conn::on_readable", "/opt/acme/server", FrameRole.Own)]
    [InlineData("clone_account", "/opt/acme/server", FrameRole.Own)]
    [InlineData("mysql_real_connect", "/usr/lib/x86_64-linux-gnu/libmysqlclient.so.21", FrameRole.ThirdParty)]
    [InlineData("handle", "/opt/acme/lib/libgame.so.1", FrameRole.Own)]
    [InlineData("handle", "/usr/sbin/nginx", FrameRole.Own)]
    [InlineData("handle", "/usr/local/bin/node_cache", FrameRole.Own)]
    [InlineData("sock_recv", "/usr/bin/python3.11", FrameRole.Library)]
    [InlineData("read_packet", "/home/me/app/.venv/lib/python3.11/site-packages/_mysql.cpython-311-x86_64-linux-gnu.so", FrameRole.ThirdParty)]
    [InlineData("zif_fsockopen", "/usr/lib/apache2/modules/libphp8.2.so", FrameRole.Library)]
    [InlineData("ap_run_handler", "/usr/sbin/apache2", FrameRole.Library)]
    [InlineData("SystemNative_Receive", "/usr/share/dotnet/shared/Microsoft.NETCore.App/10.0.0/libSystem.Native.so", FrameRole.Library)]
    [InlineData("JavaMain", "/usr/lib/jvm/java-17-openjdk-amd64/lib/libjli.so", FrameRole.Library)]
    public void Native_code_is_judged_by_its_module_and_name(string function, string module, FrameRole role) =>
        Assert.Equal(role, UserFrameRules.Default.RoleOf(Frames.Native(function, module)));

    [Theory]
    [InlineData("net.(*conn).Read", "/usr/lib/go-1.19/src/net/net.go", FrameRole.Library)]
    [InlineData("net/http.(*persistConn).readLoop", "", FrameRole.Library)]
    [InlineData("internal/poll.(*FD).Read", "", FrameRole.Library)]
    [InlineData("runtime.goexit", "", FrameRole.Library)]
    [InlineData("syscall.Read", "", FrameRole.Library)]
    [InlineData("database/sql.(*DB).BeginTx", "", FrameRole.Library)]
    [InlineData("main.(*MainController).update", "/srv/app/main.go", FrameRole.Own)]
    [InlineData("github.com/acme/shop.Load", "/build/shop/load.go", FrameRole.Own)]
    [InlineData("github.com/go-sql-driver/mysql.(*mysqlConn).readPacket", "/go/pkg/mod/github.com/go-sql-driver/mysql@v1.7.1/packets.go", FrameRole.ThirdParty)]
    [InlineData("github.com/go-sql-driver/mysql.(*mysqlConn).readPacket", "github.com/go-sql-driver/mysql@v1.7.1/packets.go", FrameRole.ThirdParty)]
    [InlineData("github.com/go-sql-driver/mysql.(*mysqlConn).readPacket", "github.com/go-sql-driver/mysql/packets.go", FrameRole.ThirdParty)]
    [InlineData("github.com/acme/mysql.(*mysqlConn).readPacket", "/usr/share/gocode/src/github.com/acme/mysql/packets.go", FrameRole.ThirdParty)]
    [InlineData("github.com/acme/redis.Dial", "github.com/acme/redis/dial.go", FrameRole.Own)]
    [InlineData("go.mongodb.org/mongo-driver/mongo.Connect", "", FrameRole.ThirdParty)]
    [InlineData("unicodex.Fold", "", FrameRole.Own)]
    public void Go_code_is_judged_by_its_package_and_folder(string function, string file, FrameRole role) =>
        Assert.Equal(role, UserFrameRules.Default.RoleOf(Frames.Code(FrameKind.Go, function, file)));

    [Theory]
    [InlineData("System.Net.Sockets.Socket.Receive", FrameRole.Library)]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel.Core.Internal.KestrelConnection.ExecuteAsync", FrameRole.Library)]
    [InlineData("Microsoft.Data.SqlClient.SqlConnection.Open", FrameRole.ThirdParty)]
    [InlineData("Npgsql.NpgsqlConnection.Open", FrameRole.ThirdParty)]
    [InlineData("Acme.OrderRepo.BeginAsync", FrameRole.Own)]
    public void Dotnet_code_is_judged_by_its_namespace(string function, FrameRole role) =>
        Assert.Equal(role, UserFrameRules.Default.RoleOf(Frames.Code(FrameKind.DotNet, function)));

    [Theory]
    [InlineData("java.net.Socket.connect", FrameRole.Library)]
    [InlineData("javax.net.ssl.SSLSocketFactory.createSocket", FrameRole.Library)]
    [InlineData("jdk.internal.net.http.HttpClientImpl.send", FrameRole.Library)]
    [InlineData("sun.nio.ch.NioSocketImpl.connect", FrameRole.Library)]
    [InlineData("org.apache.http.impl.conn.PoolingHttpClientConnectionManager.connect", FrameRole.ThirdParty)]
    [InlineData("com.zaxxer.hikari.pool.HikariPool.getConnection", FrameRole.ThirdParty)]
    [InlineData("com.acme.pool.Pool.open", FrameRole.Own)]
    [InlineData("Srv.userConnect", FrameRole.Own)]
    public void Java_code_is_judged_by_its_package(string function, FrameRole role) =>
        Assert.Equal(role, UserFrameRules.Default.RoleOf(Frames.Code(FrameKind.Java, function)));

    [Theory]
    [InlineData("/usr/lib/python3.11/socket.py", FrameRole.Library)]
    [InlineData("/usr/local/lib/python3.12/asyncio/tasks.py", FrameRole.Library)]
    [InlineData("/home/me/.pyenv/versions/3.11.4/lib/python3.11/urllib/request.py", FrameRole.Library)]
    [InlineData("<frozen importlib._bootstrap>", FrameRole.Library)]
    [InlineData("/usr/lib/python3/dist-packages/urllib3/connection.py", FrameRole.ThirdParty)]
    [InlineData("/usr/local/lib/python3.12/site-packages/requests/api.py", FrameRole.ThirdParty)]
    [InlineData("/srv/app/.venv/lib/python3.11/site-packages/redis/client.py", FrameRole.ThirdParty)]
    [InlineData("/srv/app/.venv/bin/gunicorn", FrameRole.ThirdParty)]
    [InlineData("/srv/app/orders.py", FrameRole.Own)]
    [InlineData("<string>", FrameRole.Own)]
    [InlineData("srv.py", FrameRole.Own)]
    public void Python_code_is_judged_by_its_file(string file, FrameRole role) =>
        Assert.Equal(role, UserFrameRules.Default.RoleOf(Frames.Code(FrameKind.Python, "f", file)));

    [Theory]
    [InlineData(FrameKind.Php, "fsockopen", "", FrameRole.Library)]
    [InlineData(FrameKind.Php, "Repo::q", "/var/www/x.php", FrameRole.Own)]
    [InlineData(FrameKind.Php, "GuzzleHttp\\Client::send", "/var/www/vendor/guzzlehttp/guzzle/src/Client.php", FrameRole.ThirdParty)]
    [InlineData(FrameKind.JavaScript, "internalConnect", "node:net", FrameRole.Library)]
    [InlineData(FrameKind.JavaScript, "query", "/srv/app/node_modules/mysql2/lib/connection.js", FrameRole.ThirdParty)]
    [InlineData(FrameKind.JavaScript, "userOnData", "/srv/app/s.js", FrameRole.Own)]
    [InlineData(FrameKind.Stub, "IL_STUB_PInvoke", "", FrameRole.Library)]
    public void Scripts_are_judged_by_their_file(FrameKind kind, string function, string file, FrameRole role) =>
        Assert.Equal(role, UserFrameRules.Default.RoleOf(Frames.Code(kind, function, file)));

    [Fact]
    public void The_line_to_show_is_the_innermost_own_frame() => Assert.Equal(2, Find(
        Frames.Native("recv", Libc), Frames.Code(FrameKind.Python, "recv_into", "/usr/lib/python3.11/socket.py"),
        Frames.Code(FrameKind.Python, "query", "/srv/app/orders.py"), Frames.Code(FrameKind.Python, "main", "/srv/app/orders.py")));

    [Fact]
    public void A_program_that_is_an_installed_package_still_has_a_line_to_show() => Assert.Equal(1, Find(
        Frames.Native("recv", Libc), Frames.Code(FrameKind.Python, "send", "/usr/lib/python3/dist-packages/apt/cache.py"),
        Frames.Code(FrameKind.Python, "<module>", "/usr/bin/apt-thing")));

    [Fact]
    public void A_place_without_a_name_is_shown_when_nothing_own_has_one()
    {
        Assert.Equal(1, Find(Frames.Native("recv", Libc), Frames.Native("", "/opt/acme/server"), Frames.Native("", "/opt/acme/server")));
        Assert.Equal(2, Find(Frames.Native("recv", Libc), Frames.Native("", "/opt/acme/server"), Frames.Native("main", "/opt/acme/server")));
    }

    [Fact]
    public void A_stack_of_libraries_has_no_line_to_show()
    {
        Assert.Null(Find(Frames.Native("recv", Libc), Frames.Native("", ""), Frames.Code(FrameKind.Stub, "loop")));
        Assert.Null(Find());
    }

    [Fact]
    public void Users_add_rules_that_win()
    {
        UserFrameRules? rules = UserFrameRules.Default.With("# ours\n\n-com.acme.pool. java\n+file:*/site-packages/acme/ python\r\n-module:libacme$", out string problem);
        Assert.NotNull(rules);
        Assert.Equal("", problem);
        Assert.Equal(FrameRole.Library, rules.RoleOf(Frames.Code(FrameKind.Java, "com.acme.pool.Pool.open")));
        Assert.Equal(FrameRole.Own, rules.RoleOf(Frames.Code(FrameKind.DotNet, "com.acme.pool.Pool.open")));
        Assert.Equal(FrameRole.Own, rules.RoleOf(Frames.Code(FrameKind.Python, "f", "/usr/lib/python3.11/site-packages/acme/x.py")));
        Assert.Equal(FrameRole.Library, rules.RoleOf(Frames.Native("f", "/opt/libacme")));
        Assert.Equal(FrameRole.Own, rules.RoleOf(Frames.Native("f", "/opt/libacme2")));
        Assert.Equal(FrameRole.Own, UserFrameRules.Default.RoleOf(Frames.Code(FrameKind.Java, "com.acme.pool.Pool.open")));
    }

    [Theory]
    [InlineData("com.acme.", "line 1 does not begin with +, ~ or -")]
    [InlineData("\n- java", "line 2 has no pattern")]
    [InlineData("-function:", "line 1 has no pattern")]
    [InlineData("-x cobol", "line 1 names a kind that does not exist: cobol")]
    [InlineData("-x 3", "line 1 names a kind that does not exist: 3")]
    public void A_wrong_line_is_named(string text, string expected)
    {
        Assert.Null(UserFrameRules.Default.With(text, out string problem));
        Assert.Equal(expected, problem);
    }

    [Fact]
    public void The_number_and_length_of_rules_is_bounded()
    {
        Assert.Null(UserFrameRules.Default.With(string.Concat(Enumerable.Repeat("-x\n", 5000)), out string problem));
        Assert.Equal("more than 4096 rules", problem);
        Assert.Null(UserFrameRules.Default.With("-" + new string('x', 2000), out problem));
        Assert.Equal("line 1 has a pattern that is too long", problem);
    }

    private static int? Find(params ResolvedFrame[] frames) => UserFrameRules.Default.FindUserFrame(frames);
}
