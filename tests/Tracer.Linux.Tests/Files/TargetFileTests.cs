// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Linux.Tests.Files;

public sealed class TargetFileTests : IDisposable
{
    private readonly ProcfsRoot _root = new();
    private readonly TempFolder _folder = new();
    private static readonly uint Self = (uint)Environment.ProcessId;

    [Fact]
    public void Regular_file_is_read_at_any_offset()
    {
        File.WriteAllText(_folder["plain"], "0123456789");

        Assert.Equal(ProcfsStatus.Ok, TargetFile.OpenInRoot(_root, Self, _folder["plain"], out TargetFile? file));

        using (file)
        {
            Assert.Equal(10UL, file!.Identity.Size);
            Span<byte> buffer = stackalloc byte[4];
            Assert.Equal(4, file.Read(3, buffer));
            Assert.Equal("3456"u8, buffer);
            Assert.Equal(2, file.Read(8, buffer));
            Assert.Equal(0, file.Read(10, buffer));
            Assert.Equal(0, file.Read(-1, buffer));
        }
    }

    [Fact]
    public void Fifo_device_and_directory_are_not_opened()
    {
        Tool.Run("mkfifo", _folder["fifo"]);

        // Opened plainly, the FIFO would wait for a writer for ever.
        Assert.Equal(ProcfsStatus.Malformed, TargetFile.OpenInRoot(_root, Self, _folder["fifo"], out _));
        Assert.Equal(ProcfsStatus.Malformed, TargetFile.OpenInRoot(_root, Self, "/dev/null", out _));
        Assert.Equal(ProcfsStatus.Malformed, TargetFile.OpenInRoot(_root, Self, _folder.Path, out TargetFile? file));
        Assert.Null(file);
    }

    [Fact]
    public void Symbolic_links_are_not_followed_at_the_end_nor_on_the_way()
    {
        File.WriteAllText(_folder["secret"], "x");
        Directory.CreateSymbolicLink(_folder["way"], _folder.Path);
        File.CreateSymbolicLink(_folder["end"], _folder["secret"]);

        Assert.Equal(ProcfsStatus.Failed, TargetFile.OpenInRoot(_root, Self, _folder["end"], out _));
        Assert.Equal(ProcfsStatus.Failed, TargetFile.OpenInRoot(_root, Self, _folder["way/secret"], out _));
        Assert.Equal(ProcfsStatus.Ok, TargetFile.OpenInRoot(_root, Self, _folder["secret"], out TargetFile? file));
        file!.Dispose();
    }

    [Fact]
    public void Path_cannot_climb_out_of_the_root_of_the_process()
    {
        Assert.SkipUnless(KernelFacts.Read(_root).Capabilities.Has(LinuxCapability.SysAdmin) && Tool.Exists("python3"), "needs root and python3");
        Directory.CreateDirectory(_folder["inner"]);
        File.WriteAllText(_folder["inner/file"], "inside");
        File.WriteAllText(_folder["file"], "outside");
        using var jailed = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
            "python3", ["-c", "import os,sys; os.chroot(sys.argv[1]); print('ready', flush=True); sys.stdin.read()", _folder["inner"]])
        { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        try
        {
            Assert.Equal("ready", jailed.StandardOutput.ReadLine());
            Span<byte> content = stackalloc byte[7];
            Assert.Equal(ProcfsStatus.Ok, TargetFile.OpenInRoot(_root, (uint)jailed.Id, "/../../../file", out TargetFile? file));
            using (file)
            {
                Assert.Equal(6, file!.Read(0, content));
                Assert.Equal("inside"u8, content[..6]);
            }

            Assert.Equal(ProcfsStatus.ProcessGone, TargetFile.OpenInRoot(_root, (uint)jailed.Id, _folder["file"], out _));
        }
        finally
        {
            Tool.Stop(jailed);
        }
    }

    [Fact]
    public void Change_of_the_bytes_is_noticed_and_loss_of_the_name_is_not_a_change()
    {
        File.WriteAllText(_folder["lib"], "original");
        TargetFile.OpenOwn(_root, _folder["lib"], out TargetFile? file);
        using (file)
        {
            Assert.True(file!.IsUnchanged());
            File.Move(_folder["lib"], _folder["renamed"]);
            Assert.True(file.IsUnchanged());
            File.AppendAllText(_folder["renamed"], "!");
            Assert.False(file.IsUnchanged());
        }
    }

    [Fact]
    public void Missing_file_and_missing_process_are_gone()
    {
        Assert.Equal(ProcfsStatus.ProcessGone, TargetFile.OpenInRoot(_root, Self, _folder["none"], out _));
        Assert.Equal(ProcfsStatus.ProcessGone, TargetFile.OpenInRoot(_root, int.MaxValue, _folder["none"], out _));
        Assert.Equal(ProcfsStatus.ProcessGone, TargetFile.OpenMapped(_root, Self, 1, 2, out _));
    }

    public void Dispose() => _folder.Dispose();
}
