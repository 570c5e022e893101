// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Stacks.Tests;

/// <summary>A program in its own pid and mount namespaces, from a file that nobody else can see.</summary>
public sealed class SymbolizerContainerTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>
{
    private readonly ProcfsRoot _root = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Program_that_only_its_container_sees_is_named(bool hasMapFiles)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        string inner = programs.PathOf($"container-{hasMapFiles}");
        Directory.CreateDirectory(inner);
        string path = Path.Combine(inner, "only-here");
        using TargetProgram target = TargetProgram.Start(
            "/usr/bin/unshare", "--pid", "--mount", "--fork", "--kill-child", "sh", "-c",
            $"mount -t tmpfs none '{inner}' && cp '{programs.Dynamic}' '{path}' && exec '{path}'");
        uint pid = target.ChildPid;
        Assert.False(File.Exists(path));
        Assert.Equal(ProcfsStatus.Ok, new ProcessReader(_root).ReadStatusFile(pid, out ProcessStatusFile status));
        Assert.Equal(1u, status.NamespacePid);
        using PartialProcfs? partial = hasMapFiles ? null : new PartialProcfs(pid);
        using var symbolizer = new Symbolizer(partial?.Root ?? _root);

        ResolvedFrame frame = symbolizer.Resolve(pid, [target.PlainFunction + 1])[0];

        Assert.Equal(("plain_function", path, 1UL), (frame.Function, frame.Module, frame.Offset));
    }
}
