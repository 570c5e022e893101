// SPDX-License-Identifier: Apache-2.0
using System.Net.Sockets;
using CloseWait.V1;
using Microsoft.AspNetCore.Builder;
using Tracer.Api.Tests.Given;
using Xunit;

namespace Tracer.Api.Tests.Hosting;

public sealed class SocketFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string _directory = Directory.CreateTempSubdirectory("closewait-file-").FullName;

    private string SocketPath => Path.Combine(_directory, "api.sock");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task The_file_is_the_owners_alone_and_gone_at_the_end()
    {
        await using (WebApplication app = Build())
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(SocketPath));
            Assert.Equal(["api.sock", "api.sock.lock"], Directory.EnumerateFileSystemEntries(_directory).Select(Path.GetFileName).Order());
            await app.StopAsync(TestContext.Current.CancellationToken);
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [Fact]
    public async Task A_server_that_was_never_started_leaves_nothing_either()
    {
        await using (Build())
            Assert.True(File.Exists(SocketPath));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [Fact]
    public async Task With_a_group_the_file_is_given_to_it_before_anybody_can_reach_it()
    {
        List<(string Path, uint Group, bool IsPublic, UnixFileMode DirectoryMode)> given = [];
        await using WebApplication app = Build(options => options with
        {
            Group = 77,
            ChangeGroup = (path, group) =>
                given.Add((path, group, File.Exists(SocketPath), File.GetUnixFileMode(Path.GetDirectoryName(path)!))),
        });

        (string path, uint group, bool isPublic, UnixFileMode directoryMode) = Assert.Single(given);
        Assert.NotEqual(SocketPath, path);
        Assert.Equal((77u, false, OwnerOnly | UnixFileMode.UserExecute), (group, isPublic, directoryMode));
        Assert.Equal(OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(SocketPath));
    }

    [Fact]
    public async Task A_second_daemon_on_the_same_socket_is_refused_and_harms_nothing()
    {
        await using ApiHost first = await ApiHost.StartAsync();
        TracerHostOptions options = new() { SocketPath = first.SocketPath };

        TracerHostException refusal = Assert.Throws<TracerHostException>(() => TracerHost.Build(options, new EventHub(), new FakeFacts()));

        Assert.Equal($"another daemon is serving {first.SocketPath}", refusal.Message);
        await first.Client.GetStatusAsync(new GetStatusRequest(), cancellationToken: Deadline.Token());
    }

    [Fact]
    public void A_stranger_that_answers_on_the_socket_is_not_pushed_aside()
    {
        using Socket stranger = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        stranger.Bind(new UnixDomainSocketEndPoint(SocketPath));
        stranger.Listen();
        TracerHostException refusal = Assert.Throws<TracerHostException>(() => Build());
        Assert.Equal($"another daemon is serving {SocketPath}", refusal.Message);
        Assert.Equal(["api.sock"], Directory.EnumerateFileSystemEntries(_directory).Select(Path.GetFileName));
    }

    [Fact]
    public async Task What_a_killed_daemon_left_behind_is_taken_over()
    {
        // Bound and never listening again: what is left of a daemon after kill -9, with its lock file.
        Socket dead = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        dead.Bind(new UnixDomainSocketEndPoint(SocketPath));
        await File.WriteAllTextAsync(SocketPath + ".lock", "", TestContext.Current.CancellationToken);
        Assert.True(File.Exists(SocketPath));

        await using (WebApplication app = Build())
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
            await using Stream connection = await ApiHost.ConnectAsync(SocketPath, Deadline.Token());
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
        dead.Dispose();
    }

    [Fact]
    public void A_file_that_is_not_a_socket_is_left_alone()
    {
        File.WriteAllText(SocketPath, "");
        TracerHostException refusal = Assert.Throws<TracerHostException>(() => Build());
        Assert.Equal($"cannot listen on {SocketPath}: it exists and is not a socket", refusal.Message);

        File.Delete(SocketPath);
        Directory.CreateDirectory(SocketPath);
        refusal = Assert.Throws<TracerHostException>(() => Build());
        Assert.Equal($"cannot listen on {SocketPath}: it is a directory", refusal.Message);
        Assert.Equal([SocketPath], Directory.EnumerateFileSystemEntries(_directory));
    }

    [Fact]
    public void A_path_too_long_for_a_socket_is_refused_in_one_line()
    {
        TracerHostException refusal = Assert.Throws<TracerHostException>(
            () => Build(options => options with { SocketPath = Path.Combine(_directory, new string('d', 100), "s") }));
        Assert.Contains("too long", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [Fact]
    public async Task A_missing_directory_is_made_and_removed_again()
    {
        string path = Path.Combine(_directory, "run", "api.sock");
        await using (Build(options => options with { SocketPath = path }))
            Assert.True(File.Exists(path));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
    }

    [Fact]
    public async Task Nothing_in_the_environment_or_in_a_file_changes_where_it_listens()
    {
        string[] names = ["ASPNETCORE_URLS", "DOTNET_URLS", "URLS", "Kestrel__Endpoints__Extra__Url"];
        foreach (string name in names)
            Environment.SetEnvironmentVariable(name, "http://127.0.0.1:1");
        try
        {
            await using WebApplication app = Build();
            await app.StartAsync(TestContext.Current.CancellationToken);
            Assert.StartsWith("http://unix:/", Assert.Single(app.Urls), StringComparison.Ordinal);
        }
        finally
        {
            foreach (string name in names)
                Environment.SetEnvironmentVariable(name, null);
        }
    }

    private WebApplication Build(Func<TracerHostOptions, TracerHostOptions>? change = null)
    {
        TracerHostOptions options = new() { SocketPath = SocketPath };
        return TracerHost.Build(change?.Invoke(options) ?? options, new EventHub(), new FakeFacts());
    }
}
