// SPDX-License-Identifier: Apache-2.0
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using Tracer.Linux.Files;
using Tracer.Linux.Interop;
using Xunit;

namespace Tracer.Linux.Tests.Files;

[SupportedOSPlatform("linux")]
public sealed class GuardedFolderTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const uint Nobody = 65_534;

    private readonly TempFolder _folder = new();

    [Fact]
    public void Missing_folder_is_made_for_its_owner_only()
    {
        using GuardedFolder folder = GuardedFolder.Open(_folder["new"] + "/");
        Assert.Equal(_folder["new"], folder.Path);
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder["new"]));
    }

    [Fact]
    public void Existing_folder_keeps_its_mode()
    {
        UnixFileMode readable = OwnerOnly | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(_folder["shown"]);
        File.SetUnixFileMode(_folder["shown"], readable);
        GuardedFolder.Open(_folder["shown"]).Dispose();
        Assert.Equal(readable, File.GetUnixFileMode(_folder["shown"]));
    }

    [Fact]
    public void Folder_without_a_parent_is_not_made() =>
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => GuardedFolder.Open(_folder["a/b"])).Errno);

    [Theory]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.OtherWrite | UnixFileMode.StickyBit)]
    public void Folder_that_others_can_write_to_is_refused(UnixFileMode mode)
    {
        Directory.CreateDirectory(_folder["open"]);
        File.SetUnixFileMode(_folder["open"], OwnerOnly | UnixFileMode.UserExecute | mode);
        AssertRefused(_folder["open"], $"{_folder["open"]} can be written to by others");
    }

    [Fact]
    public void Folder_that_others_could_replace_is_refused()
    {
        Directory.CreateDirectory(_folder["open/inner"]);
        File.SetUnixFileMode(_folder["open"], OwnerOnly | UnixFileMode.UserExecute | UnixFileMode.OtherWrite);
        AssertRefused(_folder["open/inner"], $"{_folder["open"]} can be written to by others");
        AssertRefused(_folder["open/missing"], $"{_folder["open"]} can be written to by others");
        Assert.False(Directory.Exists(_folder["open/missing"]));
    }

    [Fact]
    public void Folder_of_another_user_is_refused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a folder away");
        Directory.CreateDirectory(_folder["theirs"]);
        Assert.Equal(0, LibCOwnership.lchown(_folder["theirs"], Nobody, LibCOwnership.Unchanged));
        AssertRefused(_folder["theirs"], $"{_folder["theirs"]} belongs to another user (uid {Nobody})");
    }

    [Fact]
    public void Link_in_place_of_the_folder_is_refused()
    {
        Directory.CreateDirectory(_folder["real"]);
        Directory.CreateSymbolicLink(_folder["link"], _folder["real"]);
        Directory.CreateSymbolicLink(_folder["dangling"], _folder["nothing"]);
        AssertRefused(_folder["link"], $"{_folder["link"]} is no directory, or a link");
        AssertRefused(_folder["dangling"], $"{_folder["dangling"]} is no directory, or a link");
        Assert.False(Directory.Exists(_folder["nothing"]));
    }

    [Fact]
    public void Link_on_the_way_is_followed_where_only_we_could_have_made_it()
    {
        Directory.CreateDirectory(_folder["real"]);
        Directory.CreateSymbolicLink(_folder["link"], _folder["real"]);
        using GuardedFolder folder = GuardedFolder.Open(_folder["link/scenes"]);
        Assert.Equal(_folder["real/scenes"], folder.Path);
    }

    [Fact]
    public void File_in_place_of_the_folder_is_refused()
    {
        File.WriteAllText(_folder["file"], "");
        AssertRefused(_folder["file"], $"{_folder["file"]} is no directory, or a link");
        AssertRefused("/", "/ is no directory for files of one program");
    }

    [Fact]
    public void File_is_made_once_written_renamed_and_removed()
    {
        using GuardedFolder folder = GuardedFolder.Open(_folder["f"]);
        using (SafeFileHandle file = folder.Create("part"))
        {
            RandomAccess.Write(file, "content"u8, 0);
            folder.Flush(file);
        }
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_folder["f/part"]));
        Assert.Equal(Errno.EEXIST, Assert.Throws<LinuxException>(() => folder.Create("part")).Errno);
        folder.Rename("part", "whole");
        folder.Flush();
        Assert.Equal("content", File.ReadAllText(_folder["f/whole"]));
        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => folder.Rename("part", "whole")).Errno);
        Assert.True(folder.Remove("whole"));
        Assert.False(folder.Remove("whole"));
        Assert.Empty(folder.List(_ => true));
    }

    [Fact]
    public void Link_is_not_written_through()
    {
        using GuardedFolder folder = GuardedFolder.Open(_folder["f"]);
        File.CreateSymbolicLink(_folder["f/part"], _folder["elsewhere"]);
        Assert.Equal(Errno.EEXIST, Assert.Throws<LinuxException>(() => folder.Create("part")).Errno);
        Assert.False(File.Exists(_folder["elsewhere"]));
    }

    [Fact]
    public void Wanted_names_are_listed_again_and_again()
    {
        using GuardedFolder folder = GuardedFolder.Open(_folder["f"]);
        string[] names = [.. Enumerable.Range(0, 2000).Select(i => $"name-{i}")];
        foreach (string name in names)
            folder.Create(name).Dispose();
        folder.Create("other").Dispose();
        for (int round = 0; round < 2; round++)
            Assert.Equal(names.Order(), folder.List(name => name.StartsWith("name-", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void Lock_keeps_others_out_until_it_is_disposed()
    {
        using GuardedFolder other = GuardedFolder.Open(_folder["f"]);
        using (GuardedFolder folder = GuardedFolder.Open(_folder["f"]))
        {
            Assert.True(folder.TryLock());
            Assert.False(other.TryLock());
        }
        Assert.True(other.TryLock());
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertRefused(string path, string why) =>
        Assert.Equal(why, Assert.Throws<UnauthorizedAccessException>(() => GuardedFolder.Open(path)).Message);
}
