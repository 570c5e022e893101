// SPDX-License-Identifier: Apache-2.0
using System.Net.Sockets;
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Linux.Tests.Files;

public sealed class TargetFolderTests : IDisposable
{
    private static readonly uint Self = (uint)Environment.ProcessId;

    private readonly ProcfsRoot _root = new();
    private readonly TempFolder _folder = new();

    private static uint Uid
    {
        get
        {
            new ProcessReader(new ProcfsRoot()).ReadStatusFile(Self, out ProcessStatusFile status);
            return status.EffectiveUid!.Value;
        }
    }

    [Fact]
    public void File_of_the_right_owner_is_opened_and_removed()
    {
        File.WriteAllText(_folder["dump"], "0123");
        using TargetFolder folder = Open(_folder.Path);

        Assert.Equal(ProcfsStatus.Ok, folder.OpenFile("dump", Uid, out TargetFile? file));
        using (file)
        {
            Assert.Equal(Uid, file!.OwnerUid);
            Assert.True(folder.Remove("dump", file));
            Assert.False(File.Exists(_folder["dump"]));
            Assert.False(folder.Remove("dump", file));
        }
    }

    [Fact]
    public void File_of_another_owner_is_not_opened()
    {
        File.WriteAllText(_folder["dump"], "0123");
        using TargetFolder folder = Open(_folder.Path);

        Assert.Equal(ProcfsStatus.NotPermitted, folder.OpenFile("dump", Uid + 1, out TargetFile? file));
        Assert.Null(file);
        Assert.Equal(ProcfsStatus.ProcessGone, folder.OpenFile("nothing", Uid, out _));
    }

    [Fact]
    public void File_that_took_the_place_of_the_opened_one_is_not_removed()
    {
        File.WriteAllText(_folder["dump"], "ours");
        using TargetFolder folder = Open(_folder.Path);
        folder.OpenFile("dump", Uid, out TargetFile? file);
        using (file)
        {
            File.Move(_folder["dump"], _folder["away"]);
            File.WriteAllText(_folder["dump"], "precious");

            Assert.False(folder.Remove("dump", file!));
            Assert.Equal("precious", File.ReadAllText(_folder["dump"]));
        }
    }

    [Fact]
    public void Entries_are_not_followed_and_lead_nowhere_else()
    {
        File.WriteAllText(_folder["secret"], "x");
        Directory.CreateDirectory(_folder["inner"]);
        File.CreateSymbolicLink(_folder["inner/dump"], _folder["secret"]);
        using TargetFolder folder = Open(_folder["inner"]);

        Assert.NotEqual(ProcfsStatus.Ok, folder.OpenFile("dump", Uid, out _));
        Assert.NotEqual(ProcfsStatus.Ok, folder.OpenFile("../secret", Uid, out _));
        Assert.NotEqual(ProcfsStatus.Ok, folder.OpenSocket("dump", Uid, out _));
    }

    [Fact]
    public void Folder_may_be_reached_by_a_link_but_not_by_one_of_procfs()
    {
        Directory.CreateDirectory(_folder["inner"]);
        Directory.CreateSymbolicLink(_folder["link"], _folder["inner"]);
        Open(_folder["link"]).Dispose();

        Assert.NotEqual(ProcfsStatus.Ok, TargetFolder.Open(_root, Self, "/proc/self/root/tmp", out _));
        Assert.NotEqual(ProcfsStatus.Ok, TargetFolder.Open(_root, Self, _folder["nothing"], out TargetFolder? folder));
        Assert.Null(folder);
    }

    [Fact]
    public void Socket_is_connected_to_when_the_process_itself_listens()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_folder["socket"]));
        listener.Listen();
        using TargetFolder folder = Open(_folder.Path);

        Assert.Equal(ProcfsStatus.Malformed, folder.OpenSocket("socket", Uid + 1, out _));
        Assert.Equal(ProcfsStatus.Ok, folder.OpenSocket("socket", Uid, out TargetSocket? socket));
        using (socket)
        {
            using Socket? connection = socket!.Connect(Self);
            Assert.NotNull(connection);
            Assert.False(connection.Blocking);
            Assert.Null(socket.Connect(Self + 1));
            listener.Dispose();
            Assert.Null(socket.Connect(Self));
        }
    }

    [Fact]
    public void File_is_created_once_for_its_owner_and_removed()
    {
        using TargetFolder folder = Open(_folder.Path);
        Assert.True(folder.TryCreate("trigger", Uid));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(_folder["trigger"]).UnixFileMode);
        Assert.False(folder.TryCreate("trigger", Uid));
        folder.Remove("trigger");
        Assert.False(File.Exists(_folder["trigger"]));
    }

    [Fact]
    public void Link_is_neither_written_through_nor_followed_when_removed()
    {
        File.CreateSymbolicLink(_folder["trigger"], _folder["elsewhere"]);
        using TargetFolder folder = Open(_folder.Path);
        Assert.False(folder.TryCreate("trigger", Uid));
        Assert.False(File.Exists(_folder["elsewhere"]));
        File.WriteAllText(_folder["elsewhere"], "");
        folder.Remove("trigger");
        Assert.True(File.Exists(_folder["elsewhere"]));
    }

    [Fact]
    public void What_is_no_folder_is_not_opened()
    {
        File.WriteAllText(_folder["file"], "");
        Assert.NotEqual(ProcfsStatus.Ok, TargetFolder.Open(_root, Self, _folder["file"], out _));
        Assert.NotEqual(ProcfsStatus.Ok, TargetFolder.Open(_root, Self, _folder["nothing"], out _));
        Assert.Equal(ProcfsStatus.ProcessGone, TargetFolder.Open(_root, uint.MaxValue / 2, "tmp", out _));
    }

    public void Dispose() => _folder.Dispose();

    private TargetFolder Open(string path)
    {
        Assert.Equal(ProcfsStatus.Ok, TargetFolder.Open(_root, Self, path, out TargetFolder? folder));
        return folder!;
    }
}
