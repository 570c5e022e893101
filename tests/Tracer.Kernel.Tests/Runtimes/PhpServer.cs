// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>php-fpm, or Apache with mod_php: one forked worker, a configuration and a document root of its own. Each request leaks a socket.</summary>
internal sealed class PhpServer : ILeakingTarget
{
    /// <summary>What a query may hold that is nobody's business.</summary>
    public const string Secret = "hunter2secret";

    public const string ScriptName = "leak.php";

    private readonly ScratchFolder _folder = new();
    private readonly int _peerPort;
    private readonly Child _server;
    private readonly Func<string, Task<string>> _request;

    private PhpServer(int peerPort, bool isFpm)
    {
        _peerPort = peerPort;
        File.Copy(Path.Combine(Repository.Sources, "Targets", "runtimes", "x.php"), _folder.PathOf(ScriptName));
        File.WriteAllText(_folder.PathOf("php.ini"), isFpm ? "zend_extension=opcache.so\nopcache.enable=1\n" : "");
        int port = isFpm ? 0 : FreePort();
        _server = isFpm ? StartFpm() : StartApache(port);
        _request = isFpm ? AskFpm : query => AskApache(port, query);
    }

    /// <summary>The worker.</summary>
    public int Pid => int.Parse(
        File.ReadAllText($"/proc/{_server.Pid}/task/{_server.Pid}/children").Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>With its scripts compiled once for all requests.</summary>
    public static PhpServer Fpm(int peerPort) => new(peerPort, isFpm: true);

    /// <summary>Each request compiles its script anew, and frees it.</summary>
    public static PhpServer Apache(int peerPort) => new(peerPort, isFpm: false);

    public async Task Ready()
    {
        // A worker may be another user.
        await Command.MustRun("chmod", "755", _folder.PathOf(""));
        await Deadline.Until(
            "the server answers", async () => (await _request("")).EndsWith("ready\n", StringComparison.Ordinal) ? this : null, evidence: Errors);
    }

    public async Task Leak()
    {
        string answer = await _request($"port={_peerPort}&token={Secret}");
        if (!answer.EndsWith("ready\n", StringComparison.Ordinal))
            throw new InvalidOperationException($"the server said: {answer}\n{Errors()}");
    }

    /// <summary>By another request: it finds the kept socket dead.</summary>
    public Task Close() => Leak();

    public async ValueTask DisposeAsync()
    {
        if (!_server.HasExited)
        {
            await _server.Signal("TERM"); // the workers end with it
            await _server.WaitForExit();
        }
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    // Below the ports that the kernel gives to clients: there another test may take it, and a client that tries too early connects to itself.
    private static int FreePort()
    {
        while (true)
        {
            int port = Random.Shared.Next(20_000, 32_000);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody's.
            }
        }
    }

    private Child StartFpm()
    {
        File.WriteAllText(_folder.PathOf("fpm.conf"), $"""
            [global]
            error_log = {_folder.PathOf("fpm.log")}
            daemonize = no
            [test]
            user = root
            group = root
            listen = {_folder.PathOf("fpm.sock")}
            pm = static
            pm.max_children = 1

            """);
        // -R: the tests run as root, and so does the pool.
        return Start("/usr/sbin/php-fpm8.2", "-R", "-F", "-y", _folder.PathOf("fpm.conf"), "-c", _folder.PathOf("php.ini"));
    }

    private Child StartApache(int port)
    {
        const string Modules = "/usr/lib/apache2/modules";
        File.WriteAllText(_folder.PathOf("apache.conf"), $"""
            ServerName localhost
            Listen 127.0.0.1:{port}
            PidFile {_folder.PathOf("apache.pid")}
            ErrorLog {_folder.PathOf("apache.log")}
            DefaultRuntimeDir {_folder.PathOf("")}
            User www-data
            Group www-data
            LoadModule mpm_prefork_module {Modules}/mod_mpm_prefork.so
            LoadModule authz_core_module {Modules}/mod_authz_core.so
            LoadModule mime_module {Modules}/mod_mime.so
            LoadModule php_module {Modules}/libphp8.2.so
            StartServers 1
            MinSpareServers 1
            MaxSpareServers 1
            ServerLimit 1
            MaxRequestWorkers 1
            TypesConfig /dev/null
            AddHandler application/x-httpd-php .php
            DocumentRoot {_folder.PathOf("")}
            PHPIniDir {_folder.PathOf("")}

            """);
        return Start("/usr/sbin/apache2", "-D", "FOREGROUND", "-d", _folder.PathOf(""), "-f", _folder.PathOf("apache.conf"));
    }

    // Without the settings of the system, which load more extensions; and not in our process group, all of which Apache ends with itself.
    private static Child Start(string program, params string[] arguments) =>
        Child.Start("setsid", ["env", "PHP_INI_SCAN_DIR=", program, .. arguments]);

    private async Task<string> AskFpm(string query) => (await Command.Run(
        "env", $"SCRIPT_FILENAME={_folder.PathOf(ScriptName)}", $"SCRIPT_NAME=/{ScriptName}", "REQUEST_METHOD=GET",
        $"REQUEST_URI=/{ScriptName}?{query}", $"QUERY_STRING={query}", "cgi-fcgi", "-bind", "-connect", _folder.PathOf("fpm.sock"))).Output;

    private static async Task<string> AskApache(int port, string query)
    {
        using HttpClient client = new();
        try
        {
            return await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/{ScriptName}?{query}"));
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
    }

    private string Errors() => string.Join('\n', _server.Errors);
}
