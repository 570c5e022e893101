// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Capture;

/// <summary>One way to learn a fact.</summary>
/// <param name="Name">As shown to users and taken by <c>--hooks</c>.</param>
/// <param name="Programs">BPF programs it needs.</param>
/// <param name="Cost">What is lost with it compared to the best rung; empty: nothing.</param>
/// <param name="Trial">Asks the kernel; null: always possible.</param>
public sealed record HookRung(string Name, IReadOnlyList<string> Programs, string Cost, HookTrial? Trial = null)
{
    /// <summary>Finds sockets by address, so that the owner records must be in the hash table.</summary>
    public bool NeedsHash { get; init; }

    /// <summary>Has a meaning only where the records are in the hash table, or only where they are in socket storage.</summary>
    public bool? OnlyWithHash { get; init; }
}
