// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Wire;

/// <summary>Index into the kernel's per-CPU counter array (enum tcp_counter).</summary>
public enum TcpCounter : int
{
    Transitions = 0,
    Filtered = 1,
    EventsSubmitted = 2,
    EventsLost = 3,
    StacksSubmitted = 4,
    StacksLost = 5,
    StacksFailed = 6,
    StacksOverBudget = 7,
    RecordsRefused = 8,
    Nested = 9,
    ExitsSubmitted = 10,
    ExitsLost = 11,
    Doorbells = 12,
    QueueWalksCut = 13,
    StacksCut = 14,
    StacksFpOnly = 15,
    CodeWantedSubmitted = 16,
    CodeWantedLost = 17,
    ExecsSkipped = 18,
    Count = 19,
}
