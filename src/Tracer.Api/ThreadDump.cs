// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api;

/// <summary>What the threads of a process do, or why nobody can say.</summary>
public sealed record ThreadDump(ThreadDumpStatus Status, string StatusText, IReadOnlyList<ThreadReport> Threads, bool IsTruncated);
