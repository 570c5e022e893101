// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;

namespace Tracer.Stacks.Java;

/// <summary>
/// The attach protocol of HotSpot, as jcmd speaks it: a unix socket in the target's /tmp, which the machine opens when it finds a file beside it at a
/// SIGQUIT. A request is the protocol version, a command and three arguments, each ended by NUL; the answer is a number in decimal, a newline and a
/// text, until the end.
/// </summary>
internal sealed class AttachConnection(TargetProcess process, VmFlags flags, TimeSpan answerTime) : IDisposable
{
    private const int MaxAnswerBytes = 32 * 1024 * 1024;
    private const int SendTimeoutMs = 1000;
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(20);

    private readonly string _socketName = string.Create(CultureInfo.InvariantCulture, $".java_pid{process.NamespacePid}");
    private readonly string _triggerName = string.Create(CultureInfo.InvariantCulture, $".attach_pid{process.NamespacePid}");
    private TargetFolder? _folder;
    private Socket? _socket;

    /// <summary>More about what went wrong; empty when there is no more.</summary>
    internal string Detail { get; private set; } = "";

    internal JavaThreadDumpStatus Ask(string command, bool mayStartListener, out byte[] answer, out bool isTruncated)
    {
        (answer, isTruncated) = ([], false);
        if (process.EffectiveUid is not { } uid || TargetFolder.Open(process.Root, process.Pid, "tmp", out _folder) != ProcfsStatus.Ok || _folder is null)
            return Fail(JavaThreadDumpStatus.NotPermitted, "its /tmp cannot be opened");
        if (!TryConnect(_folder, uid))
        {
            JavaThreadDumpStatus started = mayStartListener ? StartListener(_folder, uid) : JavaThreadDumpStatus.NotListening;
            if (started != JavaThreadDumpStatus.Ok)
                return started;
        }

        return _socket is null ? JavaThreadDumpStatus.Failed : Exchange(_socket, command, out answer, out isTruncated);
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _folder?.Dispose();
    }

    private JavaThreadDumpStatus StartListener(TargetFolder folder, uint uid)
    {
        if (flags.DisableAttachMechanism != false)
            return Fail(JavaThreadDumpStatus.Disabled, flags.DisableAttachMechanism is null ? "it does not say whether attaching is disabled" : "");
        using QuitSignal? signal = QuitSignal.Open(process.Root, process.Pid);
        if (signal is null || !process.IsAlive())
            return Fail(JavaThreadDumpStatus.NotPermitted, "the process cannot be held");
        if (flags.ReduceSignalUsage != false || !signal.IsCaught())
            return JavaThreadDumpStatus.SignalNotCaught;
        if (!folder.TryCreate(_triggerName, uid))
            return Fail(JavaThreadDumpStatus.NotPermitted, $"/tmp/{_triggerName} cannot be created");
        try
        {
            if (!process.IsAlive() || !signal.TrySend())
                return JavaThreadDumpStatus.SignalNotCaught;
            return WaitForListener(folder, uid) ? JavaThreadDumpStatus.Ok : JavaThreadDumpStatus.TimedOut;
        }
        finally
        {
            folder.Remove(_triggerName);
        }
    }

    private bool WaitForListener(TargetFolder folder, uint uid)
    {
        long start = Stopwatch.GetTimestamp();
        while (!TryConnect(folder, uid))
        {
            if (Stopwatch.GetElapsedTime(start) > StartTime || !process.IsAlive())
                return false;
            Thread.Sleep(PollTime);
        }

        return true;
    }

    // The name may be the target's trap: it must be a socket, the target's user's, and the one who listens there the target itself.
    private bool TryConnect(TargetFolder folder, uint uid)
    {
        if (folder.OpenSocket(_socketName, uid, out TargetSocket? found) != ProcfsStatus.Ok || found is null)
            return false;
        using (found)
            _socket = found.Connect(process.Pid);
        if (_socket is null)
            return false;
        _socket.Blocking = true;
        return true;
    }

    private JavaThreadDumpStatus Exchange(Socket socket, string command, out byte[] answer, out bool isTruncated)
    {
        using var received = new MemoryStream();
        isTruncated = false;
        var status = JavaThreadDumpStatus.Ok;
        try
        {
            socket.SendTimeout = SendTimeoutMs;
            socket.Send(System.Text.Encoding.ASCII.GetBytes($"1\0{command}\0\0\0\0"));
            status = Receive(socket, received);
            isTruncated = received.Length >= MaxAnswerBytes;
        }
        catch (SocketException exception)
        {
            status = exception.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock
                ? JavaThreadDumpStatus.TimedOut
                : JavaThreadDumpStatus.Refused;
        }

        answer = received.ToArray();
        return status == JavaThreadDumpStatus.Ok && answer.Length == 0 ? JavaThreadDumpStatus.Refused : status;
    }

    private JavaThreadDumpStatus Receive(Socket socket, MemoryStream received)
    {
        var buffer = new byte[64 * 1024];
        long start = Stopwatch.GetTimestamp();
        while (received.Length < MaxAnswerBytes)
        {
            TimeSpan left = answerTime - Stopwatch.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
                return JavaThreadDumpStatus.TimedOut;
            socket.ReceiveTimeout = Math.Max(1, (int)left.TotalMilliseconds);
            int got = socket.Receive(buffer);
            if (got == 0)
                return JavaThreadDumpStatus.Ok;
            received.Write(buffer, 0, got);
        }

        return JavaThreadDumpStatus.Ok;
    }

    private JavaThreadDumpStatus Fail(JavaThreadDumpStatus status, string detail)
    {
        Detail = detail;
        return status;
    }
}
