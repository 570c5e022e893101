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
    private readonly TcpListener _listener;
    private readonly Task<Socket> _accepted;

    private JavaTarget(Process process, TcpListener listener, Task<Socket> accepted, TargetProcess target)
    {
        _process = process;
        _listener = listener;
        _accepted = accepted;
        Process = target;
    }

    internal TargetProcess Process { get; }

    /// <summary>The warm-up is over.</summary>
    internal bool IsConnected => _accepted.IsCompleted;

    /// <summary>Starts the target and waits until it is connected.</summary>
    internal static JavaTarget Start(CompiledClasses classes, string options, int warmUp = 0) =>
        Start(classes, new JavaLaunch { Options = options, WarmUp = warmUp });

    internal static JavaTarget Start(CompiledClasses classes, JavaLaunch launch)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        ProcessStartInfo start = launch.ToStartInfo(classes.Folder, ((IPEndPoint)listener.LocalEndpoint).Port);
        Task<Socket> accepted = listener.AcceptSocketAsync();
        Process process = System.Diagnostics.Process.Start(start)!;
        try
        {
            if (launch.IsAwaited && !accepted.Wait(Patience))
                throw new TimeoutException("the target did not connect");
            if (launch.IsAwaited)
                accepted.Result.Send(new byte[5]);
            return new JavaTarget(process, listener, accepted, Open(launch.IsIsolated ? ChildOf(process.Id) : (uint)process.Id));
        }
        catch
        {
            Stop(process);
            listener.Dispose();
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
    internal void ClosePeer() => _accepted.Result.Dispose();

    /// <summary>What it prints next.</summary>
    internal string? ReadLine() => _process.StandardOutput.ReadLine();

    public void Dispose()
    {
        string socket = string.Create(CultureInfo.InvariantCulture, $"/tmp/.java_pid{_process.Id}");
        Process.Dispose();
        Stop(_process);
        // It would have removed it at an orderly end.
        File.Delete(socket);
        if (IsConnected)
            _accepted.Result.Dispose();
        _listener.Dispose();
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
