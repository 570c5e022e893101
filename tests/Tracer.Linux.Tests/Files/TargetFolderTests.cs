// SPDX-License-Identifier: Apache-2.0
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Linux.Tests.Files;

public sealed class TargetFolderTests : IDisposable
{
    private static readonly ProcfsRoot Root = new();
    private readonly TempFolder _temp = new();
    private readonly uint _uid;

    public TargetFolderTests()
    {
        new ProcessReader(Root).ReadStatusFile((uint)Environment.ProcessId, out ProcessStatusFile status);
        _uid = status.EffectiveUid!.Value;
    }

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_file_is_created_once_for_its_owner_and_removed()
    {
        using TargetFolder folder = Open(_temp.Path);
        Assert.True(folder.TryCreate("trigger", _uid));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(_temp["trigger"]).UnixFileMode);
        Assert.False(folder.TryCreate("trigger", _uid));
        folder.Remove("trigger");
        Assert.False(File.Exists(_temp["trigger"]));
    }

    [Fact]
    public void A_link_is_neither_written_through_nor_followed_when_removed()
    {
        File.CreateSymbolicLink(_temp["trigger"], _temp["elsewhere"]);
        using TargetFolder folder = Open(_temp.Path);
        Assert.False(folder.TryCreate("trigger", _uid));
        Assert.False(File.Exists(_temp["elsewhere"]));
        File.WriteAllText(_temp["elsewhere"], "");
        folder.Remove("trigger");
        Assert.True(File.Exists(_temp["elsewhere"]));
    }

    [Fact]
    public void Only_a_socket_of_the_right_owner_is_found()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_temp["socket"]));
        socket.Listen();
        File.WriteAllText(_temp["file"], "");
        File.CreateSymbolicLink(_temp["link"], _temp["socket"]);
        using TargetFolder folder = Open(_temp.Path);

        using SafeFileHandle? found = folder.FindSocket("socket", _uid, out string path);
        Assert.NotNull(found);
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(path));
        Assert.Null(folder.FindSocket("socket", _uid + 1, out _));
        Assert.Null(folder.FindSocket("file", _uid, out _));
        Assert.Null(folder.FindSocket("link", _uid, out _));
        Assert.Null(folder.FindSocket("nothing", _uid, out _));
    }

    [Fact]
    public void What_is_no_folder_is_not_opened()
    {
        File.WriteAllText(_temp["file"], "");
        Assert.NotEqual(ProcfsStatus.Ok, TargetFolder.Open(Root, (uint)Environment.ProcessId, _temp["file"], out _));
        Assert.NotEqual(ProcfsStatus.Ok, TargetFolder.Open(Root, (uint)Environment.ProcessId, _temp["nothing"], out _));
        Assert.Equal(ProcfsStatus.ProcessGone, TargetFolder.Open(Root, uint.MaxValue / 2, "tmp", out _));
    }

    private static TargetFolder Open(string path)
    {
        Assert.Equal(ProcfsStatus.Ok, TargetFolder.Open(Root, (uint)Environment.ProcessId, path, out TargetFolder? folder));
        return folder!;
    }
}
