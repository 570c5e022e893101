// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests;

/// <summary>
/// A kernel small enough to be right: sockets, their holders, processes, and the ring they are reported to. Whoever reads it at another
/// moment sees another truth, as in the real one.
/// </summary>
internal sealed class RaceKernel(Random random, int lossPercent, bool hasReleaseHook)
{
    internal sealed class Socket(ulong cookie)
    {
        public Conn Conn { get; } = new(cookie);

        public List<(Proc Process, uint Fd)> Holders { get; } = [];

        public TcpState State => Conn.State.Event.NewState;

        public bool IsInQueue => Conn.State.Event.Flags == TcpEventFlags.NoSocket;
    }

    private readonly Queue<Action<Story>> _ring = new();
    private readonly List<Proc> _processes = [new(10, "a"), new(20, "b"), new(30, "c")];
    private ulong _nextCookie = 1;
    private uint _nextFd = 3;

    public List<Socket> Sockets { get; } = [];

    public IReadOnlyList<Proc> Processes => _processes;

    /// <summary>How each socket left CLOSE_WAIT.</summary>
    public Dictionary<SocketKey, EndReason> Ends { get; } = [];

    /// <summary>Sockets that left CLOSE_WAIT before anybody listened: a descriptor left open by them is known to nobody.</summary>
    public HashSet<SocketKey> Untold { get; } = [];

    public bool HasLost { get; private set; }

    /// <summary>False: nobody listens yet, and nothing is remembered of what happens.</summary>
    public bool IsTraced { get; set; }

    public bool HasEvents => _ring.Count > 0;

    public ulong Now { get; private set; } = 1_000 * Story.Second;

    public void Step()
    {
        Now += (ulong)random.Next(1, 1000) * 1000;
        switch (random.Next(10))
        {
            case 0 or 1:
                Open();
                break;
            case 2 or 3 or 4:
                Finish(Pick(TcpState.Established));
                break;
            case 5:
                Use(Pick(TcpState.CloseWait));
                break;
            case 6:
                Close(Pick(TcpState.CloseWait));
                break;
            case 7:
                Reset(Pick(TcpState.CloseWait));
                break;
            case 8:
                ChangeHolders(random.Next(2) == 0 ? Pick(TcpState.CloseWait) : Pick(TcpState.Close));
                break;
            default:
                EndProcess();
                break;
        }
    }

    /// <summary>Time passes and nothing happens.</summary>
    public void Rest() => Now += Story.Second;

    public void Deliver(Story story) => _ring.Dequeue()(story);

    private void Open()
    {
        Socket socket = new(_nextCookie++);
        Sockets.Add(socket);
        if (random.Next(4) == 0)
            socket.Conn.InQueue();
        else
            Hold(socket, AnyProcess());
    }

    private void Finish(Socket? socket)
    {
        if (socket is null)
            return;
        if (IsTraced)
            Submit(socket.Conn.Enter(Now, idleNs: (ulong)random.Next(1000)));
        else
            socket.Conn.State.Event.NewState = TcpState.CloseWait;
    }

    private void Use(Socket? socket)
    {
        if (socket is null)
            return;
        Proc user = socket.Holders.Count > 0 ? socket.Holders[random.Next(socket.Holders.Count)].Process : AnyProcess();
        if (socket.IsInQueue)
        {
            socket.Conn.InQueue(false).Origin(TcpOrigin.Accept, user.At(Now));
            Hold(socket, user);
        }
        else
        {
            socket.Conn.EofReadBy(user.At(Now));
        }
        Submit(socket.Conn.Use(Now));
    }

    private void Close(Socket? socket)
    {
        if (socket is null || socket.IsInQueue)
            return;
        Proc closer = socket.Holders[^1].Process;
        Sockets.Remove(socket);
        End(socket, EndReason.Closed);
        Submit(socket.Conn.Close(Now, closer));
    }

    private void Reset(Socket? socket)
    {
        if (socket is null)
            return;
        End(socket, EndReason.ResetByPeer);
        if (socket.IsInQueue)
            Sockets.Remove(socket);
        Submit(socket.Conn.Fail(Now, error: 104, TcpRecordFlags.ResetReceived));
    }

    private void ChangeHolders(Socket? socket)
    {
        if (socket is null || socket.IsInQueue)
            return;
        if (random.Next(2) == 0)
            Hold(socket, AnyProcess());
        else if (socket.Holders.Count > 1 || socket.State == TcpState.Close)
            Drop(socket, socket.Holders[random.Next(socket.Holders.Count)]);
    }

    // sched_process_exit comes first, then the files are closed one by one.
    private void EndProcess()
    {
        if (random.Next(4) != 0)
            return;
        Proc process = AnyProcess();
        _processes.Remove(process);
        _processes.Add(new Proc(process.Pid, "next", process.StartBoottimeNs + 1));
        TcpProcessExit exit = new() { KtimeNs = Now, Pid = process.Pid, StartBoottimeNs = process.StartBoottimeNs };
        Enqueue(story => story.Ledger.Apply(in exit));
        foreach (Socket socket in Sockets.ToArray())
        {
            foreach ((Proc Process, uint Fd) holder in socket.Holders.Where(holder => holder.Process == process).ToArray())
                Drop(socket, holder);
        }
    }

    private void Drop(Socket socket, (Proc Process, uint Fd) holder)
    {
        Now += 1000;
        socket.Holders.Remove(holder);
        if (socket.Holders.Count > 0)
            return;
        Sockets.Remove(socket);
        if (socket.State == TcpState.CloseWait)
        {
            End(socket, EndReason.ProcessExit);
            Submit(socket.Conn.Close(Now, holder.Process, isExiting: true));
        }
        else if (socket.State == TcpState.Close && hasReleaseHook)
        {
            Submit(socket.Conn.Release(Now, holder.Process));
        }
    }

    private void Hold(Socket socket, Proc process) => socket.Holders.Add((process, _nextFd++));

    private Proc AnyProcess() => _processes[random.Next(_processes.Count)];

    private Socket? Pick(TcpState state)
    {
        Socket[] all = [.. Sockets.Where(socket => socket.State == state)];
        return all.Length == 0 ? null : all[random.Next(all.Length)];
    }

    private void End(Socket socket, EndReason reason)
    {
        if (IsTraced)
            Ends[socket.Conn.Key] = reason;
        else
            Untold.Add(socket.Conn.Key);
    }

    private void Submit(TcpSocketEvent e) => Enqueue(story => story.Apply(e));

    private void Enqueue(Action<Story> delivery)
    {
        if (!IsTraced)
            return;
        if (random.Next(100) < lossPercent)
            HasLost = true;
        else
            _ring.Enqueue(delivery);
    }
}
