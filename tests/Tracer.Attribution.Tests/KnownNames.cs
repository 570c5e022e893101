// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Tests;

/// <summary>What the daemon would know of the processes and stacks of a story.</summary>
internal sealed class KnownNames : INameSource
{
    private readonly Dictionary<ProcessKey, ProcessFacts> _processes = [];
    private readonly Dictionary<ulong, StackReport> _stacks = [];

    public KnownNames Process(Proc process, string comm)
    {
        _processes[process.Key] = new ProcessFacts(process.Key, comm, "/usr/bin/" + comm, comm, 0, true, "", "", "", process.Pid);
        return this;
    }

    /// <summary>A stack whose user frame is this one.</summary>
    public KnownNames Stack(ulong stackId, string function, string file, uint line, string request = "")
    {
        StackFrame system = new("recv", "/lib/libc.so.6", 0x19, 1, "", "", 0);
        StackFrame own = new(function, "/srv/server", 0x20, 2, "", file, line);
        _stacks[stackId] = new StackReport(stackId, 1, [system, own], FpOnly: false, Truncated: false) { UserFrame = 1, Request = request };
        return this;
    }

    public ProcessFacts? FindProcess(ProcessKey key) => _processes.GetValueOrDefault(key);

    public StackReport? FindStack(ulong stackId) => _stacks.GetValueOrDefault(stackId);
}
