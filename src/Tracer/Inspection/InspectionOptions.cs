// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Inspection;

/// <summary>The bounds of a look at the threads of a process.</summary>
public sealed record InspectionOptions
{
    /// <summary>Threads that are listed.</summary>
    public int MaxThreads { get; init; } = 512;

    /// <summary>Threads whose stacks are walked.</summary>
    public int MaxStacks { get; init; } = 128;

    /// <summary>After this no further thread is begun with. A look takes milliseconds, but the first one reads files, and the host may be in trouble.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>After this the answer is what is known so far: one thread alone may take long.</summary>
    public TimeSpan LongestAnswer { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <summary>Who waits for a turn longer than this gets none.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many may wait.</summary>
    public int MaxWaiting { get; init; } = 8;
}
