// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Findings;

/// <summary>What the process table and the symbols of a story tell.</summary>
internal sealed class Names : INameSource
{
    private readonly Dictionary<ProcessKey, ProcessFacts> _processes = [];
    private readonly Dictionary<ulong, StackReport> _stacks = [];

    public ProcessFacts? FindProcess(ProcessKey key) => _processes.GetValueOrDefault(key);

    public StackReport? FindStack(ulong stackId) => _stacks.GetValueOrDefault(stackId);

    public Proc Process(uint pid, string comm, string exe, Proc? master = null, string unit = "", string cgroup = "")
    {
        Proc process = new(pid, comm, 1_000_000UL * pid);
        _processes[process.Key] = new ProcessFacts(process.Key, comm, exe, $"{exe} --serve", 33, true, cgroup, unit, "", pid)
        {
            Group = master?.Key ?? process.Key,
        };
        return process;
    }

    /// <summary>A stack, innermost first; the user frame is the one with a source line.</summary>
    public ulong Stack(ulong id, params string[] frames)
    {
        StackFrame[] list = [.. frames.Select(Frame)];
        int user = Array.FindIndex(list, frame => frame.Line > 0);
        _stacks[id] = new StackReport(id, 0, list, FpOnly: false, Truncated: false) { UserFrame = user < 0 ? null : user, End = TcpStackEnd.Complete };
        return id;
    }

    /// <summary>"recv", or "query_third_party handler.py:23"</summary>
    public static StackFrame Frame(string text)
    {
        string[] parts = text.Split(' ');
        if (parts.Length == 1)
            return new StackFrame(text, "/usr/lib/x86_64-linux-gnu/libc.so.6", 0, 1, "", "", 0, CodeKind.Native);
        string[] place = parts[1].Split(':');
        return new StackFrame(parts[0], "/srv/app", 0, 1, "", "/srv/" + place[0], uint.Parse(place[1], System.Globalization.CultureInfo.InvariantCulture));
    }
}
