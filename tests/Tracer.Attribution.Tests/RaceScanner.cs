// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests;

/// <summary>
/// Reads the kernel row by row, sockets first, then descriptors process by process, and hands rows over later than it read them: each call
/// does one small thing.
/// </summary>
internal sealed class RaceScanner(RaceKernel kernel, Story story)
{
    private readonly Queue<Action> _rows = new();
    private List<RaceKernel.Socket> _sockets = [];
    private List<Proc> _processes = [];

    public bool IsOpen { get; private set; }

    private bool IsRead => _sockets.Count == 0 && _processes.Count == 0;

    public void Begin(ScanScope scope)
    {
        IsOpen = true;
        story.Ledger.BeginScan(kernel.Now, scope);
        story.Ledger.CoverNetns(Conn.HostNetns);
        _sockets = [.. kernel.Sockets];
        _processes = scope == ScanScope.SocketsAndHolders ? [.. kernel.Processes] : [];
    }

    public void ReadOne()
    {
        if (_sockets.Count > 0)
            ReadSocket();
        else if (_processes.Count > 0)
            ReadProcess();
    }

    public void DeliverOne()
    {
        if (_rows.TryDequeue(out Action? deliver))
            deliver();
    }

    /// <summary>All rows, then the ring, then the end: the order that the ledger asks for.</summary>
    public void Complete()
    {
        while (!IsRead)
            ReadOne();
        while (_rows.Count > 0)
            DeliverOne();
        while (kernel.HasEvents)
            kernel.Deliver(story);
        story.Ledger.EndScan(kernel.Now);
        IsOpen = false;
    }

    public void Abandon()
    {
        _sockets.Clear();
        _processes.Clear();
        _rows.Clear();
        story.Ledger.AbandonScan();
        IsOpen = false;
    }

    // A socket that is gone when its turn comes has no row.
    private void ReadSocket()
    {
        RaceKernel.Socket socket = _sockets[0];
        _sockets.RemoveAt(0);
        if (socket.State != TcpState.CloseWait || !kernel.Sockets.Contains(socket))
            return;
        TcpSocketEvent row = socket.Conn.Row(kernel.Now);
        _rows.Enqueue(() => story.Row(row));
    }

    private void ReadProcess()
    {
        Proc process = _processes[0];
        _processes.RemoveAt(0);
        foreach (RaceKernel.Socket socket in kernel.Sockets.Where(socket => socket.State is TcpState.CloseWait or TcpState.Close))
        {
            foreach ((Proc holder, uint fd) in socket.Holders.Where(holder => holder.Process == process))
            {
                TcpHolder row = socket.Conn.HolderRow(holder, fd, kernel.Now);
                _rows.Enqueue(() => story.Row(row));
            }
        }
    }
}
