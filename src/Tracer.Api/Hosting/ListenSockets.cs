// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Tracer.Api.Hosting;

/// <summary>
/// The listening sockets, opened before Kestrel starts: what goes wrong is then one exception with one clear line, and never a
/// half-started server.
/// </summary>
internal sealed class ListenSockets : IDisposable
{
    private readonly List<Socket> _unclaimed = [];
    private readonly SocketFile? _file;
    private readonly PeerPolicy? _policy;

    public ListenSockets(TracerHostOptions options, MutualTls? tls)
    {
        Tls = tls;
        if (options.SocketPath is not null)
        {
            (_file, Socket listener) = SocketFile.Open(options.SocketPath, GroupChange(options));
            _unclaimed.Add(listener);
            UnixEndPoint = new UnixDomainSocketEndPoint(options.SocketPath);
            // listen() noted our own credentials there, as connect() does for the other side.
            _policy = new PeerPolicy(PeerCredentials.Read(listener).Uid, options.Group);
        }
        if (options.TcpEndPoint is not null)
            ListenTcp(options.TcpEndPoint);
    }

    public UnixDomainSocketEndPoint? UnixEndPoint { get; }

    /// <summary>How TCP is spoken; null: in the clear.</summary>
    public MutualTls? Tls { get; }

    /// <summary>With the port the kernel chose when none was asked for.</summary>
    public IPEndPoint? TcpEndPoint { get; private set; }

    /// <summary>What to tell a client of the unix socket that is not welcome; null: it is.</summary>
    public string? FindObjection(PeerCredentials peer) => _policy?.FindObjection(peer);

    /// <summary>Waits until somebody connects, without accepting, or until <see cref="EndWait"/>. Before any socket was claimed.</summary>
    public void WaitForClient() => Socket.Select(new List<Socket>(_unclaimed), null, null, microSeconds: -1);

    /// <summary>Ends the wait, and with it the life of the sockets; any thread.</summary>
    public void EndWait()
    {
        // It wakes who polls, which closing does not; and a connection that still waits is refused.
        foreach (Socket socket in _unclaimed)
            socket.Shutdown(SocketShutdown.Both);
    }

    /// <summary>Hands the socket of an endpoint to Kestrel, which owns it from then on.</summary>
    public Socket Claim(EndPoint endPoint)
    {
        Socket socket = _unclaimed.First(one => one.AddressFamily == endPoint.AddressFamily);
        _unclaimed.Remove(socket);
        return socket;
    }

    public void Dispose()
    {
        foreach (Socket socket in _unclaimed)
            socket.Dispose();
        _file?.Dispose();
    }

    private static Action<string>? GroupChange(TracerHostOptions options)
    {
        if (options.Group is not { } group)
            return null;
        Action<string, uint> change = options.ChangeGroup
            ?? throw new ArgumentException("A group was named, but nothing to change the group of the socket file with.", nameof(options));
        return path => change(path, group);
    }

    private void ListenTcp(IPEndPoint endPoint)
    {
        try
        {
            Socket listener = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
            _unclaimed.Add(listener);
            TcpEndPoint = (IPEndPoint)listener.LocalEndPoint!;
        }
        catch (SocketException exception)
        {
            Dispose();
            throw new TracerHostException($"cannot listen on {endPoint}: {exception.Message}", exception);
        }
    }
}
