// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Runtime.InteropServices;
using Tracer.Linux.Elf;
using Tracer.Linux.Procfs;
using Tracer.Stacks.Node;
using Tracer.Stacks.Tests.DotNet;
using Tracer.Stacks.Tests.Runtimes;
using Xunit;

namespace Tracer.Stacks.Tests.Node;

/// <summary>A heap where nothing is where it should be: a real one, read at the wrong places and by wrong rules.</summary>
public sealed class V8FunctionsFuzzTests
{
    private const long MaxMillisecondsPerRead = 2000;

    [Fact]
    public void Any_word_by_any_rule_never_throws_or_hangs_and_gives_clean_text()
    {
        using var target = RunningTarget.Start(port => new ProcessStartInfo("node", [DotNetProgram.Source("node-app.js"), $"{port}"]));
        using TargetProcess process = target.Open();
        MemoryMapping node = process.Mappings.First(mapping => Path.GetFileName(mapping.Path).StartsWith("node", StringComparison.Ordinal));
        using ElfFile elf = process.OpenElf(node)!;
        V8Metadata metadata = V8Metadata.Read(process, elf, node)!;
        ulong[] words = [.. HeapWords(process)];
        var random = new Random(5);
        int named = 0;
        for (int round = 0; round < 30_000; round++)
        {
            V8Metadata rules = round % 3 == 0 ? metadata : Damage(metadata, random);
            ulong word = words[random.Next(words.Length)] ^ (random.Next(4) == 0 ? 1ul << random.Next(64) : 0);
            long started = Stopwatch.GetTimestamp();
            if (new V8Functions(process, rules).TryName(word, out CodeFrame frame))
            {
                named++;
                Assert.DoesNotContain(frame.Function, char.IsControl);
                Assert.DoesNotContain(frame.File, char.IsControl);
            }

            Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 0, MaxMillisecondsPerRead);
        }

        Assert.True(named > 10, "nothing was read at all");
    }

    private static V8Metadata Damage(V8Metadata metadata, Random random) => random.Next(9) switch
    {
        0 => metadata with { FunctionShared = random.Next(-64, 64) * 8 },
        1 => metadata with { SharedName = random.Next(0, 64) * 8 },
        2 => metadata with { SharedScript = random.Next(0, 64) * 8, ScriptType = metadata.SharedType },
        3 => metadata with { ScopeLocals = random.Next(0, 16), ScopeFirst = random.Next(0, 16) },
        4 => metadata with { StringLength = random.Next(0, 64) },
        5 => metadata with { StringChars = random.Next(0, 64) },
        6 => metadata with { ScriptName = random.Next(0, 16) * 8, ScriptSource = random.Next(0, 16) * 8 },
        7 => metadata with { SharedType = random.Next(0, 300), ScopeInfoType = random.Next(0, 300) },
        _ => metadata with { MapType = random.Next(0, 64) },
    };

    // Whatever looks like a pointer to an object.
    private static IEnumerable<ulong> HeapWords(TargetProcess process)
    {
        var words = new ulong[8192];
        foreach (MemoryMapping mapping in process.Mappings.Where(mapping => mapping.Inode == 0 && mapping.Path.Length == 0 && !mapping.IsExecutable).Take(200))
        {
            int count = process.ReadSome(mapping.Start, MemoryMarshal.AsBytes(words.AsSpan())) / sizeof(ulong);
            foreach (ulong word in words.Take(count).Where(word => (word & 3) == 1).Distinct().ToArray())
                yield return word;
        }
    }
}
