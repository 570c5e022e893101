// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api.Fanout;

/// <summary>Sockets picked from the board at one moment; they stay as they were until this is disposed.</summary>
internal sealed class SocketSelection(SocketBoard board, List<SocketChange> sockets) : IDisposable
{
    private int _isDisposed;

    public IReadOnlyList<SocketChange> Sockets => sockets;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            board.RemoveReader();
    }
}
