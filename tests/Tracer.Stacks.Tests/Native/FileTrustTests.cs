// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;
using Tracer.Stacks.Native;
using Xunit;

namespace Tracer.Stacks.Tests.Native;

/// <summary>Whose debug information is read. The files are made by root, so all of this needs root.</summary>
public sealed class FileTrustTests(CompiledPrograms programs) : IClassFixture<CompiledPrograms>, IDisposable
{
    private readonly ProcfsRoot _root = new();
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("true", true)]
    [InlineData("chown 12345", false)]
    [InlineData("chmod g+w", false)]
    [InlineData("chmod o+w", false)]
    [InlineData("chmod u+s", true)]
    public void File_that_only_root_could_have_written_is_trusted(string command, bool isTrusted)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        string path = _folder["program"];
        File.Copy(programs.Dynamic, path);
        TargetProgram.Run("sh", "-c", $"{command} '{path}'");
        using TargetFile file = Open(path);
        uint self = (uint)Environment.ProcessId;

        Assert.Equal(isTrusted, new FileTrust(_root, SourceLines.TrustedFiles).Accepts(self, path, file));
        Assert.Equal(isTrusted, new FileTrust(_root, SourceLines.TrustedFiles).AcceptsOwn(file));
        Assert.True(new FileTrust(_root, SourceLines.All).Accepts(self, path, file));
        Assert.True(new FileTrust(_root, SourceLines.All).AcceptsOwn(file));
        Assert.False(new FileTrust(_root, SourceLines.Off).Accepts(self, path, file));
        Assert.False(new FileTrust(_root, SourceLines.Off).AcceptsOwn(file));
    }

    [Fact]
    public void Of_a_container_only_the_packages_of_the_host_are_trusted()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        string path = _folder["only-here"];
        using TargetProgram target = TargetProgram.Start(
            "/usr/bin/unshare", "--mount", "sh", "-c", $"mount -t tmpfs none '{_folder.Path}' && cp '{programs.Dynamic}' '{path}' && exec '{path}'");
        new MapsReader(_root).Read(target.Pid, executableOnly: true, out List<MemoryMapping> mappings);
        MemoryMapping program = mappings.Find(m => m.Path == path);
        MemoryMapping libc = mappings.Find(m => Path.GetFileName(m.Path).StartsWith("libc.so", StringComparison.Ordinal));
        using TargetFile programFile = OpenMapped(target.Pid, program), libcFile = OpenMapped(target.Pid, libc);
        var trust = new FileTrust(_root, SourceLines.TrustedFiles);

        // Root wrote it, but which root?
        Assert.False(trust.Accepts(target.Pid, path, programFile));
        Assert.True(trust.Accepts(target.Pid, libc.Path, libcFile));
        // The path is the container's word: it must lead to the same file here.
        Assert.False(trust.Accepts(target.Pid, libc.Path, programFile));
        Assert.False(trust.Accepts(target.Pid, "/usr/../" + path, programFile));
        Assert.True(trust.Accepts((uint)Environment.ProcessId, path, programFile));
    }

    public void Dispose() => _folder.Dispose();

    private TargetFile Open(string path)
    {
        Assert.Equal(ProcfsStatus.Ok, TargetFile.OpenOwn(_root, path, out TargetFile? file));
        return file!;
    }

    private TargetFile OpenMapped(uint pid, in MemoryMapping mapping)
    {
        Assert.Equal(ProcfsStatus.Ok, TargetFile.OpenMapped(_root, pid, mapping.Start, mapping.End, out TargetFile? file));
        return file!;
    }
}
