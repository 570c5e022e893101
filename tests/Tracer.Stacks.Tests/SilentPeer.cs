// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Tracer.Stacks.Tests;

/// <summary>Accepts connections on the loopback and says nothing, so that whoever reads from it blocks until it closes.</summary>
internal sealed class SilentPeer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _accepted = [];
    private readonly Task _accepting;
    private volatile bool _isClosing;

    internal SilentPeer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Closes what was accepted and what will be.</summary>
    internal void CloseConnections()
    {
        _isClosing = true;
        while (_accepted.TryTake(out Socket? socket))
            socket.Dispose();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _accepting.Wait();
        CloseConnections();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _accepted.Add(await _listener.AcceptSocketAsync());
                if (_isClosing)
                    CloseConnections();
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The listener is closed: the test ends.
        }
    }
}
