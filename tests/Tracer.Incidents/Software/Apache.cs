// SPDX-License-Identifier: Apache-2.0
using Tracer.Incidents.Stage;

namespace Tracer.Incidents.Software;

/// <summary>Apache with mod_php and a fixed number of forked workers; its document root is the folder of the incident.</summary>
internal static class Apache
{
    public const string Program = "/usr/sbin/apache2";

    public const string Package = "libapache2-mod-php";

    private const string Modules = "/usr/lib/apache2/modules";

    public static Service Start(Incident incident, int port, int workers)
    {
        string folder = incident.Folder;
        incident.Write("php.ini", "extension=curl.so\n");
        string configuration = incident.Write("apache.conf", $"""
            ServerName localhost
            Listen 127.0.0.1:{port}
            PidFile {folder}/apache.pid
            ErrorLog {folder}/apache.log
            DefaultRuntimeDir {folder}
            User www-data
            Group www-data
            LoadModule mpm_prefork_module {Modules}/mod_mpm_prefork.so
            LoadModule authz_core_module {Modules}/mod_authz_core.so
            LoadModule mime_module {Modules}/mod_mime.so
            LoadModule php_module {Modules}/libphp8.2.so
            StartServers {workers}
            MinSpareServers {workers}
            MaxSpareServers {workers}
            ServerLimit {workers}
            MaxRequestWorkers {workers}
            KeepAlive Off
            TypesConfig /dev/null
            AddHandler application/x-httpd-php .php
            DocumentRoot {folder}
            PHPIniDir {folder}

            """);
        // Without the settings of the system, which load more extensions.
        return incident.Run(Service.Start("env", "PHP_INI_SCAN_DIR=", Program, "-D", "FOREGROUND", "-d", folder, "-f", configuration));
    }
}
