// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Inspection;
using Tracer.Linux.Procfs;
using Tracer.Stacks;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Threads;

namespace Tracer.Tests.Inspection;

/// <summary>An inspector, and programs to look at.</summary>
internal sealed class InspectionBench : IDisposable
{
    private static readonly ProcfsRoot Root = new();

    private readonly RuntimeDirectory _runtimes = new(Root, []);
    private readonly Symbolizer _symbolizer;
    private readonly List<Process> _programs = [];

    public InspectionBench(InspectionOptions? options = null, IThreadPlaces? places = null)
    {
        _symbolizer = new Symbolizer(Root, runtimes: _runtimes);
        Inspector = new ThreadInspector(new InspectionSources(Root, places, _runtimes, new UnwindTableCache(), _symbolizer), options);
    }

    public ThreadInspector Inspector { get; }

    /// <summary>Starts a program and waits until its main thread sleeps in a system call.</summary>
    public uint Start(string call, string file, params string[] arguments)
    {
        Process program = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        _programs.Add(program);
        uint pid = (uint)program.Id;
        var reader = new ThreadReader(Root);
        bool isThere = SpinWait.SpinUntil(
            () => reader.Read(pid, pid, out ThreadStatus thread) == ProcfsStatus.Ok && thread.State == 'S'
                && thread.Syscall.Activity == ThreadActivity.InSyscall && SyscallTable.Native.NameOf(thread.Syscall.Number) == call,
            TimeSpan.FromSeconds(30));
        return isThere ? pid : throw new InvalidOperationException($"{file} is not in {call}");
    }

    public void Dispose()
    {
        foreach (Process program in _programs)
        {
            program.Kill();
            program.WaitForExit();
            program.Dispose();
        }

        Inspector.Dispose();
        _symbolizer.Dispose();
        _runtimes.Dispose();
    }
}
