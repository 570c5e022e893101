// SPDX-License-Identifier: Apache-2.0
using System.Net.Sockets;
using Tracer.Output;

namespace Tracer.Client;

/// <summary>Finds out whether anybody listens at an address, before gRPC hides the reason in a status text.</summary>
internal static class DaemonReach
{
    private const int UnixPathLimit = 107; // sun_path of <linux/un.h> without the NUL.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Null when a listener took the connection, else why none did. A refusal for lack of rights is thrown.</summary>
    public static async Task<string?> FindObstacleAsync(DaemonAddress address, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            if (address.Remote is { } remote)
                await ConnectTcpAsync(remote, patience.Token);
            else
                await ConnectUnixAsync(address.SocketPath, patience.Token);
            return null;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new CommandException(ExitCode.NotPermitted, $"{address}: permission denied; run as root or join the socket's group");
        }
        catch (SocketException e)
        {
            // .NET has no name for ENOENT of a unix socket and reports the nearest one.
            return address.Remote is null && e.SocketErrorCode == SocketError.AddressNotAvailable ? "no such socket" : e.Message;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"no answer within {Patience.TotalSeconds:0} s";
        }
    }

    private static async Task ConnectTcpAsync(HostPort remote, CancellationToken cancellation)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(remote.Host, remote.Port, cancellation);
    }

    private static async Task ConnectUnixAsync(string path, CancellationToken cancellation)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(path) > UnixPathLimit)
            throw CommandException.Usage($"--socket: '{path}' is longer than {UnixPathLimit} bytes, the limit of a unix socket");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
    }
}
