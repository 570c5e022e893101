// SPDX-License-Identifier: Apache-2.0
using System.Security.Cryptography;
using Tracer.Output;

namespace Tracer.Client;

/// <summary>A folder that only this user can enter, for the socket of a daemon that lives as long as one command.</summary>
internal sealed class PrivateFolder : IDisposable
{
    private const string NamePrefix = "closewait-";
    private const string RuntimeRoot = "/run";

    private PrivateFolder(string path) => Path = path;

    public string Path { get; }

    public static PrivateFolder Create()
    {
        try
        {
            return new PrivateFolder(CreateBelowRuntimeRoot() ?? Directory.CreateTempSubdirectory(NamePrefix).FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.CannotConnect, $"no folder can be made for the socket of a daemon: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>Removes the folder of a socket if it is one of these and nothing is left in it.</summary>
    public static void RemoveBehind(string socketPath)
    {
        string? folder = System.IO.Path.GetDirectoryName(socketPath);
        if (folder is null || !System.IO.Path.GetFileName(folder).StartsWith(NamePrefix, StringComparison.Ordinal))
            return;
        try
        {
            File.Delete(socketPath);
            Directory.Delete(folder, recursive: false);
        }
        catch (IOException)
        {
            // The other side of the lifeline was faster, or somebody keeps files there.
        }
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // The daemon removed it when its lifeline ended.
        }
    }

    // /run is root's own, so nobody else can take a name there first; a temporary folder needs mkdtemp.
    private static string? CreateBelowRuntimeRoot()
    {
        if (!Environment.IsPrivilegedProcess || !Directory.Exists(RuntimeRoot))
            return null;
        string path = System.IO.Path.Combine(RuntimeRoot, NamePrefix + RandomNumberGenerator.GetHexString(16, lowercase: true));
        try
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
