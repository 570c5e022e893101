// SPDX-License-Identifier: Apache-2.0
using Tracer.Capture;
using Tracer.Linux;
using Tracer.Output;

namespace Tracer.Daemon;

/// <summary>The survey as text: first how well it works, then fact by fact, with reasons only where something better was refused.</summary>
internal static class CheckText
{
    private const int Width = 100;
    private const int Indent = 15;

    public static void Write(KernelFacts facts, IReadOnlyList<LadderReport> ladders, TextWriter output)
    {
        var words = new PlainWords(facts, ladders);
        Print(output, "", $"closewait {words.Summary()}", 2);
        output.WriteLine($"kernel {facts.Release}, {facts.PossibleCpuCount} CPUs, tick {facts.TickNs / 1e6:0.##} ms, "
            + $"lockdown {facts.Lockdown.ToString().ToLowerInvariant()}, BTF {(facts.HasBtf ? "yes" : "from a file")}");
        output.WriteLine();
        foreach (LadderReport ladder in ladders)
            Write(words, ladder, output);
    }

    private static void Write(PlainWords words, LadderReport ladder, TextWriter output)
    {
        string hook = ladder.Hook.Rung.Length == 0 ? HookLadders.None : ladder.Hook.Rung;
        Print(output, ladder.Fact.Name, $"{ladder.Fact.Meaning}: {hook}", Indent);
        RungOutcome[] better = [.. ladder.BetterOnes];
        if (ladder.Hook.Cost.Length > 0)
            Print(output, "", $"costs: {ladder.Hook.Cost}", Indent + 2);
        else if (better.Length > 0)
            Print(output, "", "costs: nothing", Indent + 2);
        foreach (RungOutcome outcome in better)
        {
            Print(output, "", $"not {outcome.Rung.Name}: {words.Why(outcome)}", Indent + 2);
            if (words.Remedy(outcome) is { Length: > 0 } remedy)
                Print(output, "", $"  comes with {remedy}", Indent + 4);
        }
    }

    /// <summary>Words that do not fit continue on the next line, further in.</summary>
    private static void Print(TextWriter output, string label, string text, int continuation)
    {
        string start = label.PadRight(label.Length > 0 || continuation >= Indent ? Indent : 0);
        foreach (string line in TextWrap.Lines(start + text, Width, continuation))
            output.WriteLine(line);
    }
}
