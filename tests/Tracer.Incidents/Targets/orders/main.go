// SPDX-License-Identifier: Apache-2.0

// An order service. Its first argument is the address to serve at, its second the database; with a third it ends every transaction that it begins.
package main

import (
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"time"

	_ "github.com/go-sql-driver/mysql"
)

// MainController serves the orders.
type MainController struct {
	db *sql.DB
}

// A request without an id is answered early, and its transaction never ends: nobody gives the connection back.
func (c *MainController) update(w http.ResponseWriter, r *http.Request) {
	tx, err := c.db.Begin() // opens
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	id := r.FormValue("id")
	if id == "" {
		http.Error(w, "which order?", http.StatusBadRequest)
		return
	}
	c.finish(w, tx, id)
}

func (c *MainController) updateCarefully(w http.ResponseWriter, r *http.Request) {
	tx, err := c.db.Begin()
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	defer tx.Rollback()
	id := r.FormValue("id")
	if id == "" {
		http.Error(w, "which order?", http.StatusBadRequest)
		return
	}
	c.finish(w, tx, id)
}

func (c *MainController) finish(w http.ResponseWriter, tx *sql.Tx, id string) {
	if _, err := tx.Exec("UPDATE orders SET state = state + 1 WHERE id = ?", id); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	if err := tx.Commit(); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "updated")
}

func main() {
	db, err := sql.Open("mysql", "root@tcp("+os.Args[2]+")/shop?interpolateParams=true")
	if err != nil {
		panic(err)
	}
	controller := &MainController{db: db}
	if len(os.Args) > 3 {
		db.SetConnMaxLifetime(time.Second) // shorter than anybody's patience
		http.HandleFunc("/update", controller.updateCarefully)
	} else {
		http.HandleFunc("/update", controller.update)
	}
	panic(http.ListenAndServe(os.Args[1], nil))
}
