// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Linux;
using Tracer.Linux.Files;
using Tracer.Scenes;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Scenes;

public sealed class SceneStoreTests : IDisposable
{
    private static readonly DateTimeOffset Time = new(2026, 11, 21, 17, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _temp = new();
    private readonly string _folder;

    public SceneStoreTests() => _folder = _temp.PathOf("scenes");

    [Fact]
    public async Task A_scene_is_whole_and_for_its_owner_only()
    {
        SavedScene saved = await SaveAsync(Store(), Time, sockets: 3);
        Assert.Equal(Path.Combine(_folder, "closewait-h-20261121T170000Z-r.jsonl.gz"), saved.Path);
        Assert.Equal((3ul, 0ul, 1, 0), (saved.Sockets, saved.SocketsOmitted, saved.Kept, saved.Deleted));
        Assert.Equal(new FileInfo(saved.Path).Length, saved.Bytes);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(saved.Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder));
        Assert.Equal(new SceneEnd { Sockets = 3 }, SceneReading.Read(saved.Path)[^1].End);
        Assert.Equal([saved.Path], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Until_it_is_complete_a_scene_has_another_name()
    {
        await Store().SaveAsync("r", Time, write =>
        {
            string part = Assert.Single(Directory.GetFiles(_folder));
            Assert.Equal(".closewait-h-20261121T170000Z-r.jsonl.gz.part", Path.GetFileName(part));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(part));
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task Of_a_scene_that_failed_half_way_nothing_is_left()
    {
        IOException failure = await Assert.ThrowsAsync<IOException>(() => Store().SaveAsync("r", Time, write =>
        {
            write(Socket(1));
            throw new IOException("no space left");
        }));
        Assert.Equal("no space left", failure.Message);
        Assert.Empty(Directory.GetFiles(_folder));
        Assert.Equal(1, (await SaveAsync(Store(), Time, sockets: 1)).Kept);
    }

    [Fact]
    public async Task The_oldest_scenes_make_room()
    {
        SceneStore store = Store(keep: 3);
        for (int minute = 0; minute < 3; minute++)
            Assert.Equal((minute + 1, 0), await KeptAndDeleted(store, minute));
        Assert.Equal((3, 1), await KeptAndDeleted(store, 3));
        Assert.Equal((2, 2), await KeptAndDeleted(Store(keep: 2), 4));
        Assert.Equal(
            ["closewait-h-20261121T170300Z-r.jsonl.gz", "closewait-h-20261121T170400Z-r.jsonl.gz"],
            Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Only_files_of_our_own_names_are_ever_deleted()
    {
        await SaveAsync(Store(), Time, 1);
        string[] others =
        [
            "closewait-other-20001121T170000Z-r.jsonl.gz", "closewait-h-notes.txt", "important", ".closewait-other-20001121T170000Z-r.jsonl.gz.part",
            "closewait-h-20001121T170000Z-r.jsonl.gz\nx", "closewait-h-20001121T170000Z-r.jsonl",
        ];
        foreach (string name in others)
            File.WriteAllText(Path.Combine(_folder, name), "precious");
        Directory.CreateDirectory(Path.Combine(_folder, "closewait-h-20001121T170000Z-folder.jsonl.gz"));

        SavedScene saved = await SaveAsync(Store(keep: 1), Time.AddMinutes(1), 1);
        Assert.All(others, name => Assert.True(File.Exists(Path.Combine(_folder, name)), name));
        Assert.True(Directory.Exists(Path.Combine(_folder, "closewait-h-20001121T170000Z-folder.jsonl.gz")));
        Assert.True(File.Exists(saved.Path));
    }

    [Fact]
    public async Task A_link_with_our_name_is_deleted_and_what_it_leads_to_is_not()
    {
        string precious = _temp.Write("precious", "precious");
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(Path.Combine(_folder, "closewait-h-20001121T170000Z-r.jsonl.gz"), precious);
        File.CreateSymbolicLink(Path.Combine(_folder, ".closewait-h-20261121T170000Z-r.jsonl.gz.part"), precious);

        SavedScene saved = await SaveAsync(Store(keep: 1), Time, 1);
        Assert.Equal([saved.Path], Directory.GetFileSystemEntries(_folder));
        Assert.Equal("precious", File.ReadAllText(precious));
    }

    [Fact]
    public async Task What_a_killed_daemon_left_is_removed()
    {
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(Path.Combine(_folder, ".closewait-h-20201121T170000Z-r.jsonl.gz.part"), "half");
        SavedScene saved = await SaveAsync(Store(), Time, 1);
        Assert.Equal([saved.Path], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Two_scenes_of_one_second_do_not_replace_one_another()
    {
        SavedScene first = await SaveAsync(Store(), Time, 1);
        SavedScene second = await SaveAsync(Store(), Time, 2);
        Assert.NotEqual(first.Path, second.Path);
        Assert.Equal((1ul, 2ul), (SceneReading.Read(first.Path)[^1].End.Sockets, SceneReading.Read(second.Path)[^1].End.Sockets));
    }

    [Fact]
    public async Task While_another_daemon_saves_there_nothing_is_touched()
    {
        using (GuardedFolder folder = GuardedFolder.Open(_folder))
        {
            Assert.True(folder.TryLock());
            await Assert.ThrowsAsync<IOException>(() => SaveAsync(Store(), Time, 1));
            Assert.Empty(Directory.GetFiles(_folder));
        }
        await SaveAsync(Store(), Time, 1);
    }

    [Fact]
    public void A_directory_that_cannot_be_is_refused_before_anything_happens() =>
        Assert.Throws<LinuxException>(() => SceneStore.Prepare(_temp.PathOf("missing/scenes")));

    public void Dispose() => _temp.Dispose();

    private async Task<(int Kept, int Deleted)> KeptAndDeleted(SceneStore store, int minute)
    {
        SavedScene saved = await SaveAsync(store, Time.AddMinutes(minute), 1);
        return (saved.Kept, saved.Deleted);
    }

    private SceneStore Store(int keep = 16) => new(_folder, "h", keep, 1 << 20);

    private static Task<SavedScene> SaveAsync(SceneStore store, DateTimeOffset time, uint sockets) => store.SaveAsync("r", time, write =>
    {
        for (uint cookie = 1; cookie <= sockets; cookie++)
            write(Socket(cookie));
        return Task.CompletedTask;
    });

    private static SceneItem Socket(uint cookie) => new() { Socket = new SocketRecord { Cookie = cookie } };
}
