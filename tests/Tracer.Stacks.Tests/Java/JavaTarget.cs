// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Tracer.Linux.Procfs;

namespace Tracer.Stacks.Tests.Java;

/// <summary>The Java target, started and blocked in a read of a socket whose peer says nothing more.</summary>
internal sealed class JavaTarget : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Socket _peer;

    private JavaTarget(Process process, Socket peer, TargetProcess target)
    {
        _process = process;
        _peer = peer;
        Process = target;
    }

    internal TargetProcess Process { get; }

    /// <summary>Starts the target.</summary>
    /// <param name="classes">Where it is compiled.</param>
    /// <param name="options">Options of the machine.</param>
    /// <param name="warmUp">Rounds before the one that blocks.</param>
    /// <param name="java">The machine.</param>
    /// <param name="isolated">In pid and mount namespaces of its own, with a private /tmp.</param>
    /// <param name="user">Whose process it is; 0: ours.</param>
    internal static JavaTarget Start(CompiledClasses classes, string options, int warmUp = 0, string java = "java", bool isolated = false, uint user = 0)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        string[] arguments =
        [
            .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), "-cp", isolated ? "/mnt" : classes.Folder, "Srv", "connect",
            port.ToString(CultureInfo.InvariantCulture), .. warmUp > 0 ? ["warm", warmUp.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
        ];
        ProcessStartInfo start = isolated
            ? new ProcessStartInfo("unshare", ["--pid", "--fork", "--mount", "--mount-proc", "--kill-child", "sh", "-c",
                $"mount -t tmpfs none /mnt && cp {classes.Folder}/* /mnt && mount -t tmpfs none /tmp && exec \"$@\"", "sh", java, .. arguments])
            : new ProcessStartInfo(java, arguments);
        if (user != 0)
            start = new ProcessStartInfo("setpriv", [$"--reuid={user}", "--clear-groups", java, .. arguments]);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        Process process = System.Diagnostics.Process.Start(start)!;
        Socket? peer = null;
        try
        {
            peer = Accept(listener);
            peer.Send(new byte[5]);
            return new JavaTarget(process, peer, Open(isolated ? ChildOf(process.Id) : (uint)process.Id));
        }
        catch
        {
            peer?.Dispose();
            Stop(process);
            throw;
        }
    }

    /// <summary>Waits until something is the case.</summary>
    internal static T Eventually<T>(Func<T?> probe)
        where T : class
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < Patience)
        {
            if (probe() is { } result)
                return result;
            Task.Delay(20).Wait();
        }

        throw new TimeoutException();
    }

    /// <summary>Ends the connection, so that the target goes on.</summary>
    internal void ClosePeer() => _peer.Dispose();

    /// <summary>What it prints next.</summary>
    internal string? ReadLine() => _process.StandardOutput.ReadLine();

    public void Dispose()
    {
        Process.Dispose();
        _peer.Dispose();
        Stop(_process);
    }

    private static Socket Accept(TcpListener listener)
    {
        Task<Socket> accepted = listener.AcceptSocketAsync();
        return accepted.Wait(Patience) ? accepted.Result : throw new TimeoutException("the target did not connect");
    }

    private static TargetProcess Open(uint pid)
    {
        var root = new ProcfsRoot();
        new ProcessReader(root).ReadStat(pid, out ProcessStat stat);
        TargetProcess.Open(root, pid, stat.StartBoottimeNs, out TargetProcess? process);
        return process ?? throw new InvalidOperationException($"process {pid} cannot be opened");
    }

    private static uint ChildOf(int pid) =>
        uint.Parse(File.ReadAllText($"/proc/{pid}/task/{pid}/children").Trim(), CultureInfo.InvariantCulture);

    private static void Stop(Process process)
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }
}
