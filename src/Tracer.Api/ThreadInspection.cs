// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;

namespace Tracer.Api;

/// <summary>What the threads of a process do, or why nobody can say.</summary>
public sealed record ThreadInspection(
    ThreadInspectionStatus Status, string StatusText, IReadOnlyList<ThreadFacts> Threads, bool IsTruncated);
