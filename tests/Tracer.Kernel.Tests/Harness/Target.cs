// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Net.Sockets;
using Tracer.Harness;

namespace Tracer.Kernel.Tests.Harness;

/// <summary>A process that does to sockets what a test tells it (Targets/target.c).</summary>
internal sealed class Target : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Child? _child;
    private readonly NetworkStream? _control;
    private readonly StreamReader? _answers;

    private Target(Child child)
    {
        _child = child;
        Pid = child.Pid;
    }

    private Target(int pid, NetworkStream control)
    {
        Pid = pid;
        _control = control;
        _answers = new StreamReader(control);
    }

    public int Pid { get; }

    public string StatPath => $"/proc/{Pid}/stat";

    public static Target Start(NetworkNamespace? netns = null) =>
        new(netns is null
            ? Child.Start(TargetPrograms.PathOf("target"))
            : netns.Start(TargetPrograms.PathOf("target")));

    /// <summary>Sends one command and returns the values of its answer.</summary>
    public async Task<string[]> Ask(string command)
    {
        await Tell(command);
        return await Answer(command);
    }

    public async Task Tell(string command)
    {
        if (_child is not null)
            await _child.WriteLine(command);
        else
            await _control!.WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\n"));
    }

    public async Task<string[]> Answer(string command)
    {
        string? line = _child is not null
            ? await _child.ReadLine(Limit)
            : await _answers!.ReadLineAsync().WaitAsync(Deadline.Stretch(Limit));
        string[] words = (line ?? "error no answer").Split(' ');
        return words[0] == "ok" ? words[1..] : throw new InvalidOperationException($"target {Pid}: {command}: {line}");
    }

    public async Task<TargetSocket> Listen(string address = "127.0.0.1", int port = 0, int backlog = 64, string options = "") =>
        Socket(await Ask($"listen {address} {port} {backlog} {options}"));

    public async Task<TargetSocket> Accept(TargetSocket listener) => Socket(await Ask($"accept {listener.Fd}"));

    public async Task<TargetSocket> Connect(int port, string address = "127.0.0.1", string rest = "") =>
        Socket(await Ask($"connect {address} {port} {rest}"));

    public async Task<long> Receive(TargetSocket socket) => Number(await Ask($"recv {socket.Fd}"));

    public async Task<long> ReceiveToEnd(TargetSocket socket) => Number(await Ask($"eof {socket.Fd}"));

    /// <summary>Receives in one place so many times, then in another (0 bytes: not at all), all at once; what the last of them got.</summary>
    public async Task<long> ReceiveParts(TargetSocket socket, int bytes, int times, int body) =>
        Number(await Ask($"parts {socket.Fd} {bytes} {times} {body}"));

    public async Task<long> Send(TargetSocket socket, long bytes) => Number(await Ask($"send {socket.Fd} {bytes}"));

    public Task ShutdownWrite(TargetSocket socket) => Ask($"shutdown {socket.Fd} wr");

    public Task Close(TargetSocket socket) => Ask($"close {socket.Fd}");

    public Task Close(int fd) => Ask($"close {fd}");

    public Task Reset(TargetSocket socket) => Ask($"reset {socket.Fd}");

    public async Task<int> Duplicate(TargetSocket socket) => (int)Number(await Ask($"dup {socket.Fd}"));

    public async Task<int> State(TargetSocket socket) => (int)Number(await Ask($"state {socket.Fd}"));

    public async Task<Target> Fork(ScratchFolder scratch) => await Adopt("fork", scratch);

    /// <summary>Forks a child that gets this pid.</summary>
    public async Task<Target> ForkAs(int pid, ScratchFolder scratch) => await Adopt($"fork-as {pid}", scratch);

    /// <summary>Kills it the hard way and waits until it is gone.</summary>
    public async Task Kill()
    {
        await Command.Signal("KILL", Pid);
        await WaitUntilGone();
    }

    /// <summary>Lets it end without closing anything.</summary>
    public async Task Exit()
    {
        await Ask("exit");
        await WaitUntilGone();
    }

    public async ValueTask DisposeAsync()
    {
        if (_child is not null)
        {
            await _child.DisposeAsync();
            return;
        }

        _answers!.Dispose();
        await _control!.DisposeAsync();
        await WaitUntilGone();
    }

    private async Task WaitUntilGone()
    {
        if (_child is not null)
            await _child.WaitForExit();
        else
            await Deadline.Until($"process {Pid} has ended", () => !File.Exists(StatPath));
    }

    private async Task<Target> Adopt(string command, ScratchFolder scratch)
    {
        string path = scratch.PathOf("fork" + Guid.NewGuid().ToString("N")[..8]);
        int pid = (int)Number(await Ask($"{command} {path}"));
        Socket control = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await Deadline.Until("the forked target listens", () => TryConnect(control, path));
        return new Target(pid, new NetworkStream(control, ownsSocket: true));
    }

    // Between bind() and listen() the file is there and refuses.
    private static bool TryConnect(Socket control, string path)
    {
        try
        {
            control.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static TargetSocket Socket(string[] values) =>
        new((int)Number(values), int.Parse(values[1], CultureInfo.InvariantCulture), ulong.Parse(values[2], CultureInfo.InvariantCulture));

    private static long Number(string[] values) => long.Parse(values[0], CultureInfo.InvariantCulture);
}
