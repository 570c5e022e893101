// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Unwind;

namespace Tracer.Tests.Fake;

/// <summary>A runtime that must not be asked for a second name, until it is free.</summary>
internal sealed class BusyRuntime : IRuntimeDetector, ILanguageRuntime
{
    public const ulong Known = 0x1000;
    public const ulong Young = 0x2000;

    private int _asked;

    public bool IsFree { get; set; }

    public FrameKind Kind => FrameKind.DotNet;

    public string Name => "busy";

    public string Limitation => IsFree ? "" : "busy";

    public int Postponed { get; private set; }

    public InterpreterLayout? Layout => null;

    public ILanguageRuntime? Detect(TargetProcess process) => this;

    public bool TryName(ulong address, List<CodeFrame> frames)
    {
        // The callers' addresses are looked up at their calls.
        bool isYoung = address == Young - 1;
        if (isYoung && !IsFree)
        {
            Postponed++;
            return false;
        }

        frames.Add(new CodeFrame(isYoung ? "young" : _asked++ == 0 ? "first" : "another", "", 0, Kind));
        return true;
    }

    public bool TryName(in InterpreterFrame frame, List<CodeFrame> frames) => false;

    public GeneratedCode? ReadCode() => null;

    public void Dispose()
    {
    }
}
