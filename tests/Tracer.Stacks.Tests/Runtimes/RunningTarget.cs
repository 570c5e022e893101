// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Tracer.Linux.Procfs;

namespace Tracer.Stacks.Tests.Runtimes;

/// <summary>
/// A program of some runtime that connects to a listener of this test, reads to the end, says "ready" and stays. Its pid is that of the runtime,
/// also when it runs in namespaces of its own.
/// </summary>
internal sealed class RunningTarget : IDisposable
{
    private readonly Process _process;
    private readonly Socket _peer;

    private RunningTarget(Process process, Socket peer, bool isChild)
    {
        _process = process;
        _peer = peer;
        Pid = isChild ? OnlyChild(process.Id) : (uint)process.Id;
        new ProcessReader(new ProcfsRoot()).ReadStat(Pid, out ProcessStat stat);
        StartBoottimeNs = stat.StartBoottimeNs;
    }

    internal uint Pid { get; }

    internal ulong StartBoottimeNs { get; }

    /// <summary>Starts it and waits until it is connected and has read for the first time.</summary>
    internal static RunningTarget Start(Func<int, ProcessStartInfo> command)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        ProcessStartInfo start = command(((IPEndPoint)listener.LocalEndPoint!).Port);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        Process process = Process.Start(start)!;
        if (!listener.Poll(TimeSpan.FromSeconds(60), SelectMode.SelectRead))
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{start.FileName} did not connect");
        }

        return new RunningTarget(process, listener.Accept(), start.FileName == "unshare");
    }

    /// <summary>Ends its connection and waits until it has read that.</summary>
    internal void Finish()
    {
        _peer.Shutdown(SocketShutdown.Send);
        Expect("ready");
    }

    /// <summary>Sends a line; returns the answer.</summary>
    internal string Ask(string line)
    {
        _process.StandardInput.WriteLine(line);
        return _process.StandardOutput.ReadLine() ?? "";
    }

    /// <summary>Waits until its main thread sleeps in recvfrom or recvmsg.</summary>
    internal void WaitForReceive()
    {
        bool isThere = SpinWait.SpinUntil(
            () => File.ReadAllText($"/proc/{Pid}/task/{Pid}/syscall").Split(' ')[0] is "45" or "47", TimeSpan.FromSeconds(60));
        if (!isThere)
            throw new InvalidOperationException("the target does not receive");
    }

    internal TargetProcess Open()
    {
        ProcfsStatus status = TargetProcess.Open(new ProcfsRoot(), Pid, StartBoottimeNs, out TargetProcess? process);
        return process ?? throw new InvalidOperationException($"cannot open {Pid}: {status}");
    }

    /// <summary>
    /// What lies on the stack of the main thread, which sleeps in a system call: return addresses and much else, innermost first.
    /// </summary>
    internal IEnumerable<ulong> ReadStack(TargetProcess process)
    {
        string[] fields = [];
        SpinWait.SpinUntil(() => (fields = File.ReadAllText($"/proc/{Pid}/task/{Pid}/syscall").Split(' ')).Length > 2, TimeSpan.FromSeconds(30));
        ulong stack = ulong.Parse(fields[^2].AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        var words = new ulong[4096];
        int bytes = process.ReadSome(stack, System.Runtime.InteropServices.MemoryMarshal.AsBytes(words.AsSpan()));
        return words.Take(bytes / sizeof(ulong));
    }

    public void Dispose()
    {
        _peer.Dispose();
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Expect(string line)
    {
        string? got = _process.StandardOutput.ReadLine();
        if (got != line)
            throw new InvalidOperationException($"the target said '{got}' instead of '{line}'");
    }

    private static uint OnlyChild(int pid) => uint.Parse(File.ReadAllText($"/proc/{pid}/task/{pid}/children").Trim(), CultureInfo.InvariantCulture);
}
