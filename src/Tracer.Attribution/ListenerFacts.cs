// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>The listener a socket came through, as the last scan saw it. Immutable.</summary>
public sealed class ListenerFacts
{
    /// <summary>Cookie of the listening socket; 0: not known.</summary>
    public ulong Cookie { get; init; }

    public uint Netns { get; init; }

    public WireAddress LocalAddress { get; init; }

    /// <summary>0: the listener was not found in a scan; only <see cref="Opener"/> is known.</summary>
    public ushort LocalPort { get; init; }

    /// <summary>Length of the accept queue.</summary>
    public uint QueueLength { get; init; }

    public uint QueueLimit { get; init; }

    /// <summary>Connections that the kernel dropped since it was opened, for want of room in the queue or of memory (sk_drops).</summary>
    public ulong Drops { get; init; }

    /// <summary>Who called listen(); all zero when it existed before the tracer.</summary>
    public TcpActor Opener { get; init; }

    public bool HasOpener => Opener.Pid != 0;

    /// <summary>Who tried last to accept from it; all zero when nobody was seen to.</summary>
    public TcpActor LastAccept { get; init; }

    /// <summary>0, or a negative errno.</summary>
    public int LastAcceptResult { get; init; }

    /// <summary>Never null, treated as immutable.</summary>
    public DescriptorHolder[] Holders { get; init; } = [];

    /// <summary>Begin of the scan that first saw these numbers; 0: not scanned yet.</summary>
    public ulong ScanKtimeNs { get; init; }

    internal ListenerFacts With(DescriptorHolder[] holders) => new()
    {
        Cookie = Cookie,
        Netns = Netns,
        LocalAddress = LocalAddress,
        LocalPort = LocalPort,
        QueueLength = QueueLength,
        QueueLimit = QueueLimit,
        Drops = Drops,
        Opener = Opener,
        LastAccept = LastAccept,
        LastAcceptResult = LastAcceptResult,
        Holders = holders,
        ScanKtimeNs = ScanKtimeNs,
    };
}
