// SPDX-License-Identifier: Apache-2.0
using Proto = CloseWait.V1;

namespace Tracer.Api.Streams;

/// <summary>Changes for one message. Stacks can make a record large, and a client refuses messages beyond 4 MiB.</summary>
internal sealed class ChangePage
{
    private readonly Proto.CloseWaitBatch _batch = new();
    private int _bytes;

    public int Count => _batch.Changes.Count;

    public bool IsFull => PageLimits.IsFull(Count, _bytes);

    public void Add(Proto.CloseWaitChange change)
    {
        _batch.Changes.Add(change);
        _bytes += change.CalculateSize();
    }

    public Proto.WatchCloseWaitsResponse ToResponse() => new() { Changes = _batch };
}
