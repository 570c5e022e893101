// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Microsoft.Win32.SafeHandles;
using Tracer.Linux.Files;

namespace Tracer.Scenes;

/// <summary>The directory of saved scenes: a scene is there whole or not at all, and only so many are kept.</summary>
internal sealed class SceneStore(string path, string host, int keep, long maxBytes)
{
    private readonly SceneName _names = new(host);

    /// <summary>Makes the directory if it is missing.</summary>
    /// <exception cref="Linux.LinuxException">It cannot be opened or made.</exception>
    /// <exception cref="UnauthorizedAccessException">Others could write into it.</exception>
    public static void Prepare(string path) => GuardedFolder.Open(path).Dispose();

    /// <summary>Saves the items that <paramref name="write"/> hands over; when that fails, nothing of it is left.</summary>
    /// <exception cref="Linux.LinuxException">The directory cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">Others could write into it.</exception>
    /// <exception cref="IOException">The file cannot be written, as when the disk is full.</exception>
    public async Task<SavedScene> SaveAsync(string reason, DateTimeOffset time, Func<Action<SceneItem>, Task> write)
    {
        long began = TimeProvider.System.GetTimestamp();
        using GuardedFolder folder = GuardedFolder.Open(path);
        if (!folder.TryLock())
            throw new IOException($"another daemon is saving a scene in {path}");
        foreach (string leftover in folder.List(_names.IsUnfinished))
            folder.Remove(leftover);
        string name = _names.Make(time, reason, folder.List(_names.IsOurs));
        SavedScene saved = await WriteAsync(folder, name, write);
        int deleted = Thin(folder, out int kept);
        return saved with { Time = TimeProvider.System.GetElapsedTime(began), Kept = kept, Deleted = deleted };
    }

    private async Task<SavedScene> WriteAsync(GuardedFolder folder, string name, Func<Action<SceneItem>, Task> write)
    {
        string present = SceneName.Unfinished(name);
        SafeFileHandle handle = folder.Create(present);
        bool isSaved = false;
        try
        {
            await using FileStream stream = new(handle, FileAccess.Write, bufferSize: 0);
            using SceneFile file = new(stream, maxBytes);
            await write(file.Write);
            file.Finish();
            folder.Flush(handle);
            folder.Rename(present, name);
            present = name;
            folder.Flush();
            isSaved = true;
            return new SavedScene(Path.Combine(folder.Path, name), stream.Position, file.Sockets, file.SocketsOmitted);
        }
        finally
        {
            if (!isSaved)
                folder.Remove(present);
        }
    }

    // The time stands before everything that differs, so that the oldest is the first.
    private int Thin(GuardedFolder folder, out int kept)
    {
        string[] scenes = [.. folder.List(_names.IsOurs).Order(StringComparer.Ordinal)];
        int deleted = scenes.Take(Math.Max(0, scenes.Length - keep)).Count(folder.Remove);
        kept = scenes.Length - deleted;
        return deleted;
    }
}
