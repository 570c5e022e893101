// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Tracer.Wire;

namespace Tracer;

/// <summary>Names and meaning of the kernel side's counters (enum tcp_counter, wire.h), as clients see them.</summary>
public static class CounterNames
{
    private static readonly Dictionary<TcpCounter, string> Help = new()
    {
        [TcpCounter.Transitions] = "state changes of TCP sockets seen",
        [TcpCounter.Filtered] = "state changes that nobody asked for",
        [TcpCounter.EventsSubmitted] = "events given to the ring",
        [TcpCounter.EventsLost] = "events refused by a full ring",
        [TcpCounter.StacksSubmitted] = "stacks given to the ring",
        [TcpCounter.StacksLost] = "stacks refused by a full ring; sent again at their next use",
        [TcpCounter.StacksFailed] = "stack walks without a result",
        [TcpCounter.StacksOverBudget] = "stack walks not done because the budget was spent",
        [TcpCounter.RecordsRefused] = "sockets without an owner record: no memory or no slot",
        [TcpCounter.Nested] = "state changes and ends of sockets inside an interrupted hook, taken by its second program",
        [TcpCounter.ExitsSubmitted] = "ends of processes given to the ring",
        [TcpCounter.ExitsLost] = "ends of processes refused by a full ring",
        [TcpCounter.Doorbells] = "wake-ups sent to the sleeping reader",
        [TcpCounter.StacksCut] = "stack walks that ended before the outermost frame",
        [TcpCounter.StacksFpOnly] = "stack walks through code that had no unwind table yet",
        [TcpCounter.CodeWantedSubmitted] = "requests for unwind tables given to the ring",
        [TcpCounter.CodeWantedLost] = "requests for unwind tables refused by a full ring; repeated",
        [TcpCounter.ExecsSkipped] = "new programs not looked at before their first stack: too many at once",
        [TcpCounter.QueueWalksCut] = "accept queues longer than a scan walks",
    };

    public static IReadOnlyList<(TcpCounter Counter, string Name, string Help)> Kernel { get; } =
        [.. Enum.GetValues<TcpCounter>().Where(Help.ContainsKey).Select(c => (c, SnakeCase(c.ToString()), Help[c]))];

    public static string SnakeCase(string pascalCase)
    {
        var name = new StringBuilder();
        foreach (char c in pascalCase)
        {
            if (char.IsUpper(c) && name.Length != 0)
                name.Append('_');
            name.Append(char.ToLowerInvariant(c));
        }
        return name.ToString();
    }
}
