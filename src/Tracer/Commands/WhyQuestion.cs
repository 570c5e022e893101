// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using ProtoDuration = Google.Protobuf.WellKnownTypes.Duration;

namespace Tracer.Commands;

/// <summary>What a user wants to know of.</summary>
/// <param name="Target">Null: findings, not the life of single sockets.</param>
/// <param name="Filter">Of the sockets.</param>
/// <param name="Watch">How long a daemon looks before it is asked; null: 5 s for one that was started just for this, else not at all.</param>
/// <param name="Count">How many findings or sockets; null: as many as a person reads.</param>
internal sealed record WhyQuestion(SocketTarget? Target, SocketFilter Filter, TimeSpan? Watch, int? Count)
{
    private const int UsualSockets = 3;

    private static readonly TimeSpan UsualWatch = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan UsualMinAge = TimeSpan.FromSeconds(3); // Of the daemon: ListFindingsRequest.min_age.
    private static readonly TimeSpan LeastMinAge = TimeSpan.FromSeconds(1);

    /// <summary>Younger sockets are not judged; null: the daemon's standard.</summary>
    public TimeSpan? MinAge { get; init; }

    public bool IncludesHarmless { get; init; }

    public IReadOnlyList<FailCondition> FailOn { get; init; } = [];

    public int SocketCount => Count ?? UsualSockets;

    public TimeSpan WatchOf(bool isOwnDaemon) => Watch ?? (isOwnDaemon ? UsualWatch : TimeSpan.Zero);

    /// <summary>A daemon that has watched for a second only knows of any socket that it is at least so old.</summary>
    public TimeSpan MinAgeOf(bool isOwnDaemon)
    {
        if (MinAge is { } given)
            return given;
        TimeSpan watch = WatchOf(isOwnDaemon);
        return !isOwnDaemon || watch >= UsualMinAge ? UsualMinAge : watch > LeastMinAge ? watch : LeastMinAge;
    }

    public ListFindingsRequest ToRequest(bool isOwnDaemon) => new()
    {
        Filter = Filter,
        IncludeHarmless = AsksForHarmless,
        IncludeThreads = true,
        MinAge = ProtoDuration.FromTimeSpan(MinAgeOf(isOwnDaemon)),
    };

    public bool Shows(Finding finding) => IncludesHarmless || finding.Severity != Severity.Harmless;

    /// <summary>What is not shown counts only for a condition that names its verdict.</summary>
    public bool FailsOn(Finding finding) =>
        FailOn.Any(condition => condition.IsMetBy(finding) && (condition.Verdict is not null || Shows(finding)));

    // Also when they are not shown: a condition may be about them.
    private bool AsksForHarmless => IncludesHarmless || FailOn.Any(condition => condition.ConcernsHarmless);
}
