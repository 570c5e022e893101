// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tracer.Stacks.Tests.Php;

/// <summary>php-fpm, or Apache with mod_php, in the foreground, with a configuration and a document root of its own.</summary>
internal sealed class PhpServer : IDisposable
{
    private const string FpmProgram = "/usr/sbin/php-fpm8.2";
    private const string ApacheProgram = "/usr/sbin/apache2";
    private const string ScriptName = "leak.php";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly TempFolder _folder = new();
    private readonly List<IDisposable> _clients = [];
    private readonly ScriptTarget _server;
    private readonly int? _port;

    private PhpServer(bool isFpm)
    {
        // A worker may be another user, who cannot read the source tree.
        TargetProgram.Run("chmod", "755", _folder.Path);
        File.Copy(TestData.Target(ScriptName), Script);
        File.WriteAllText(_folder["php.ini"], "zend_extension=opcache.so\nopcache.enable=1\n");
        _port = isFpm ? null : FreePort();
        _server = isFpm ? StartFpm() : StartApache();
    }

    internal string Script => _folder[ScriptName];

    private string FpmLog => _folder["fpm.log"];

    private string FpmSocket => _folder["fpm.sock"];

    internal static PhpServer Fpm() => new(isFpm: true);

    internal static PhpServer Apache() => new(isFpm: false);

    /// <summary>The process that runs the scripts; null until it is there.</summary>
    internal uint? Worker()
    {
        // Apache was told to be one process.
        if (_port is not null)
            return _server.Pid;
        string[] children = File.ReadAllText($"/proc/{_server.Pid}/task/{_server.Pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return children.Length > 0 ? uint.Parse(children[0], CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Asks for the script and does not wait for the answer.</summary>
    internal void Request(int peerPort)
    {
        string query = string.Create(CultureInfo.InvariantCulture, $"port={peerPort}&token=secret");
        _clients.Add(_port is { } port ? AskApache(port, query) : AskFpm(query));
    }

    public void Dispose()
    {
        foreach (IDisposable client in _clients)
            client.Dispose();
        _server.Dispose();
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

    private ScriptTarget StartFpm()
    {
        File.WriteAllText(_folder["fpm.conf"], $"""
            [global]
            error_log = {FpmLog}
            daemonize = no
            [test]
            user = root
            group = root
            listen = {FpmSocket}
            pm = static
            pm.max_children = 1

            """);
        // -R: the tests may run as root, and then so does the pool.
        return Start(FpmProgram, "-R", "-F", "-y", _folder["fpm.conf"], "-c", _folder["php.ini"]);
    }

    private ScriptTarget StartApache()
    {
        const string Modules = "/usr/lib/apache2/modules";
        File.WriteAllText(_folder["apache.conf"], $"""
            ServerName localhost
            Listen 127.0.0.1:{_port}
            PidFile {_folder["apache.pid"]}
            ErrorLog {_folder["apache.log"]}
            DefaultRuntimeDir {_folder.Path}
            User www-data
            Group www-data
            LoadModule mpm_prefork_module {Modules}/mod_mpm_prefork.so
            LoadModule authz_core_module {Modules}/mod_authz_core.so
            LoadModule mime_module {Modules}/mod_mime.so
            LoadModule php_module {Modules}/libphp8.2.so
            TypesConfig /dev/null
            AddHandler application/x-httpd-php .php
            DocumentRoot {_folder.Path}
            PHPIniDir {_folder.Path}

            """);
        return Start(ApacheProgram, "-X", "-d", _folder.Path, "-f", _folder["apache.conf"]);
    }

    // Without the settings of the system, which load extensions once more.
    private static ScriptTarget Start(string program, params string[] arguments) =>
        ScriptTarget.Start(program, arguments, new Dictionary<string, string> { ["PHP_INI_SCAN_DIR"] = "" });

    private ScriptTarget AskFpm(string query)
    {
        // The socket file is there before anybody listens.
        Wait(() => File.Exists(FpmLog) && File.ReadAllText(FpmLog).Contains("ready to handle connections", StringComparison.Ordinal));
        return ScriptTarget.Start("cgi-fcgi", ["-bind", "-connect", FpmSocket], new Dictionary<string, string>
        {
            ["SCRIPT_FILENAME"] = Script,
            ["SCRIPT_NAME"] = $"/{ScriptName}",
            ["REQUEST_METHOD"] = "GET",
            ["REQUEST_URI"] = $"/{ScriptName}?{query}",
            ["QUERY_STRING"] = query,
        });
    }

    private static Socket AskApache(int port, string query)
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        Wait(() => CanConnect(client, port));
        client.Send(Encoding.ASCII.GetBytes($"GET /{ScriptName}?{query} HTTP/1.0\r\n\r\n"));
        return client;
    }

    private static bool CanConnect(Socket client, int port)
    {
        try
        {
            client.Connect(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static void Wait(Func<bool> condition)
    {
        for (long start = Stopwatch.GetTimestamp(); !condition(); Thread.Yield())
        {
            if (Stopwatch.GetElapsedTime(start) > Deadline)
                throw new InvalidOperationException("the server does not listen");
        }
    }
}
