// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Sockets;

namespace Tracer.Incidents.Software;

/// <summary>A client of the game server.</summary>
internal sealed class Player : IDisposable
{
    // Clearly a timeout: what is idle for less than a second is not taken for one.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>Comes, plays, and leaves. False: the server did not answer in time.</summary>
    public static async Task<bool> Visit(int serverPort)
    {
        using Player player = new();
        return await player.Join(serverPort);
    }

    public async Task<bool> Join(int serverPort)
    {
        using CancellationTokenSource deadline = new(Patience);
        try
        {
            await _socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, serverPort), deadline.Token);
            await _socket.SendAsync("hello"u8.ToArray(), deadline.Token);
            return await _socket.ReceiveAsync(new byte[16], deadline.Token) > 0;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();
}
