// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Sockets;

namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>A peer on loopback that reads one byte, answers with five, and closes; to the byte q it does not answer.</summary>
internal sealed class ClosingPeer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _server;

    public ClosingPeer()
    {
        _listener.Start(128);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _server = Serve();
    }

    public int Port { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _server;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task Serve()
    {
        byte[] buffer = new byte[1];
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using Socket connection = await _listener.AcceptSocketAsync(_stop.Token);
                await connection.ReceiveAsync(buffer, _stop.Token);
                if (buffer[0] != 'q')
                    await connection.SendAsync("hello"u8.ToArray(), _stop.Token);
                connection.Shutdown(SocketShutdown.Both);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // The target went away, or the test is over.
            }
        }
    }
}
