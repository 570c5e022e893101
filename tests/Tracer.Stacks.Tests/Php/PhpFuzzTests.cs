// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Php;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Tests.Runtimes;
using Tracer.Stacks.Threads;
using Xunit;

namespace Tracer.Stacks.Tests.Php;

/// <summary>Damage to what the PHP side reads. The seeds are fixed, so that a failure can be repeated.</summary>
public sealed class PhpFuzzTests
{
    private static readonly PhpOffsets Offsets = PhpOffsets.Of(new PhpVersion(8, 2, 0))!.Value;

    [Fact]
    public void Damaged_memory_of_a_real_process_never_throws_and_never_reads_long()
    {
        string source = TestData.Target("leak.php");
        using var peer = new SilentPeer();
        using ScriptTarget target = ScriptTarget.Start("/usr/bin/php", source, $"{peer.Port}");
        PhpTarget.FramesIn("fread", () => target.Pid, out _, out InterpreterLayout layout);
        using TargetProcess process = ScriptTarget.Open(target.Pid)!;

        NamingFuzz.Run(process, InterpreterWalk.Frames(process, layout, 0, out _), memory => new PhpRuntime(memory, "", "", Offsets, null));
    }

    [Fact]
    public void Random_memory_never_throws_and_never_reads_long() =>
        NamingFuzz.RunOnNoise(memory => new PhpRuntime(memory, "", "", Offsets, null));
}
