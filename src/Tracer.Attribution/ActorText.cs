// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>Processes, and where in their code they did something, as part of a sentence.</summary>
internal static class ActorText
{
    private const int MostProcesses = 3;

    /// <summary>game-server(123)</summary>
    public static string Name(in TcpActor actor, INameSource names) => Name(ProcessKey.Of(in actor), actor.Comm, names);

    /// <summary>game-server(123) in Conn::on_readable (server.cpp:41), while serving GET /cart</summary>
    public static string WithPlace(in TcpActor actor, INameSource names)
    {
        StackReport? stack = actor.StackId == 0 ? null : names.FindStack(actor.StackId);
        string line = CodeText.LineToShow(stack);
        string text = Name(in actor, names) + (line.Length == 0 ? "" : $" in {line}");
        return stack is { Request.Length: > 0 } ? $"{text}, while serving {stack.Request}" : text;
    }

    /// <summary>The line to show; empty: not known.</summary>
    public static string Place(in TcpActor actor, INameSource names) =>
        actor.StackId == 0 ? "" : CodeText.LineToShow(names.FindStack(actor.StackId));

    /// <summary>php(12) fd 5, php(13) with 2 descriptors, php(14) fd 9 and 7 more</summary>
    public static string Holders(DescriptorHolder[] holders, INameSource names) => Join(holders, names, hasDescriptors: true);

    /// <summary>php(12), php(13), php(14) and 7 more</summary>
    public static string Processes(DescriptorHolder[] holders, INameSource names) => Join(holders, names, hasDescriptors: false);

    private static string Join(DescriptorHolder[] holders, INameSource names, bool hasDescriptors)
    {
        OrderedDictionary<ProcessKey, int> counts = [];
        foreach (DescriptorHolder holder in holders)
            counts[holder.Process] = counts.GetValueOrDefault(holder.Process) + 1;
        List<string> parts = [];
        foreach ((ProcessKey process, int count) in counts)
        {
            if (parts.Count == MostProcesses)
                break;
            DescriptorHolder first = Array.Find(holders, holder => holder.Process == process);
            string name = Name(process, first.Comm, names);
            parts.Add(hasDescriptors ? name + Descriptors(first.Fd, count) : name);
        }
        string text = string.Join(", ", parts);
        return counts.Count > parts.Count ? string.Create(CultureInfo.InvariantCulture, $"{text} and {counts.Count - parts.Count} more") : text;
    }

    private static string Descriptors(uint fd, int count) => count == 1
        ? string.Create(CultureInfo.InvariantCulture, $" fd {fd}")
        : string.Create(CultureInfo.InvariantCulture, $" with {count} descriptors");

    // The thread's own name says little of the process, but a process that has ended has no other.
    private static string Name(ProcessKey process, in WireComm comm, INameSource names)
    {
        string name = names.FindProcess(process)?.Comm ?? "";
        if (name.Length == 0)
            name = comm.ToText();
        return string.Create(CultureInfo.InvariantCulture, $"{(name.Length == 0 ? "?" : name)}({process.Pid})");
    }
}
