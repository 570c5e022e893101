// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings.Grouping;
using Tracer.Wire;

namespace Tracer.Attribution.Findings;

/// <summary>Sockets with the same owner, origin and verdict, judged together. Units and meanings: closewait.v1.Finding.</summary>
public sealed record Finding
{
    /// <summary>16 hex digits.</summary>
    public required string Id { get; init; }

    public required Verdict Verdict { get; init; }

    public required Owner Owner { get; init; }

    public required Site Origin { get; init; }

    public Severity Severity { get; init; }

    public string Headline { get; init; } = "";

    public IReadOnlyList<Evidence> Evidence { get; init; } = [];

    public IReadOnlyList<string> Advice { get; init; } = [];

    public string HarmlessWhen { get; init; } = "";

    public ulong Sockets { get; init; }

    public ulong Opened { get; init; }

    public ulong Closed { get; init; }

    /// <summary>Null: none was closed by a task.</summary>
    public ulong? MedianTimeToCloseNs { get; init; }

    public ulong? P99TimeToCloseNs { get; init; }

    public ulong OldestNs { get; init; }

    public bool OldestIsLowerBound { get; init; }

    public ulong FirstSeenKtimeNs { get; init; }

    public double GrowthPerMinute { get; init; }

    public ulong GrowthWindowNs { get; init; }

    public ulong UnreadBytes { get; init; }

    public ulong UnsentBytes { get; init; }

    public IReadOnlyList<DescriptorUse> Descriptors { get; init; } = [];

    /// <summary>Null: outbound, or not known.</summary>
    public ListenerFacts? Listener { get; init; }

    /// <summary>Of the listener's network namespace, since tracing began; 0 also where that is not the tracer's.</summary>
    public ulong ListenOverflows { get; init; }

    public IReadOnlyList<PeerIdle> Peers { get; init; } = [];

    public int PeerCount { get; init; }

    public IdlePlateau Plateau { get; init; }

    /// <summary>Those that are not zero.</summary>
    public IReadOnlyDictionary<EndReason, ulong> Ends { get; init; } = new Dictionary<EndReason, ulong>();

    /// <summary>The line of code to look at; null: not known.</summary>
    public Site? Code { get; init; }

    /// <summary>Oldest first, at most 3.</summary>
    public IReadOnlyList<SocketKey> Examples { get; init; } = [];

    /// <summary>Processes and threads whose doings now would explain the finding, most promising first; the tid 0 means all threads.</summary>
    public IReadOnlyList<TcpActor> Suspects { get; init; } = [];

    /// <summary>What the suspects do now, when somebody looked.</summary>
    public IReadOnlyList<ThreadFacts> Threads { get; init; } = [];

    public bool IsOwnerBlocked { get; init; }

    internal SocketGroup? Group { get; init; }
}
